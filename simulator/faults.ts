import { z } from 'zod';

/** Which of the requests that match a rule get its fault. */
export const faultScheduleShape = {
  probability: z.number().min(0).max(1).default(1),
  /** Matching requests that pass unharmed before the rule begins. */
  skip: z.int().min(0).default(0),
  /** How often the rule strikes before it is used up; null: for ever. */
  times: z.int().min(1).nullable().default(null),
};

export interface FaultSchedule {
  fault: string;
  probability: number;
  skip: number;
  times: number | null;
}

export interface FaultPlan {
  /** The first rule that matches and strikes now. */
  next<Rule extends FaultSchedule>(rules: readonly Rule[], matches: (rule: Rule) => boolean): Rule | undefined;
  /** How often each kind of fault struck. */
  counts(): Record<string, number>;
  resetCounts(): void;
}

/** Decides which request a fault strikes. A rule's own count lives as long as the rule object. */
export function createFaultPlan(random: () => number): FaultPlan {
  const progress = new WeakMap<FaultSchedule, { seen: number; struck: number }>();
  const struckByKind = new Map<string, number>();

  function strikes(rule: FaultSchedule): boolean {
    const state = progress.get(rule) ?? { seen: 0, struck: 0 };
    progress.set(rule, state);
    // Counted whether it strikes or not: skip means the first matching requests.
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
