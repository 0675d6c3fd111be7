import { z } from 'zod';

/** Selects some of the requests that match a rule. */
export const faultScheduleShape = {
  probability: z.number().min(0).max(1).default(1),
  /** So many matching requests pass first. */
  skip: z.int().min(0).default(0),
  /** The rule strikes at most so often; null: without an end. */
  times: z.int().min(1).nullable().default(null),
};

export interface FaultSchedule {
  fault: string;
  probability: number;
  skip: number;
  times: number | null;
}

export interface FaultPlan {
  /** The first rule that matches and strikes this request. */
  next<Rule extends FaultSchedule>(rules: readonly Rule[], matches: (rule: Rule) => boolean): Rule | undefined;
  /** Strikes of each kind of fault. */
  counts(): Record<string, number>;
  resetCounts(): void;
}

/** Decides which fault strikes a request. The counts of a rule belong to the rule's object. */
export function createFaultPlan(random: () => number): FaultPlan {
  const progress = new WeakMap<FaultSchedule, { seen: number; struck: number }>();
  const struckByKind = new Map<string, number>();

  function strikes(rule: FaultSchedule): boolean {
    const state = progress.get(rule) ?? { seen: 0, struck: 0 };
    progress.set(rule, state);
    // `skip` counts matching requests, also those that the rule does not strike.
    state.seen += 1;
    if (state.seen <= rule.skip) return false;
    if (rule.times !== null && state.struck >= rule.times) return false;
    if (rule.probability < 1 && random() >= rule.probability) return false;
    state.struck += 1;
    return true;
  }

  return {
    next(rules, matches) {
      for (const rule of rules) {
        if (matches(rule) && strikes(rule)) {
          struckByKind.set(rule.fault, (struckByKind.get(rule.fault) ?? 0) + 1);
          return rule;
        }
      }
      return undefined;
    },
    counts: () => Object.fromEntries(struckByKind),
    resetCounts: () => struckByKind.clear(),
  };
}
