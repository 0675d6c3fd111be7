import type { CollectionPlan } from '../../activities/collection/collection-core-activities';
import type { DataType } from '../../domain/collection/data-type';
import { leftCohort, nextPass, type LeftCohort } from '../../domain/collection/next-pass';
import type { LearningDate } from '../../domain/shared/learning-date';
import type { CohortCollectionInput, CohortCollectionResult } from '../contract';

/** The state that a run hands on to its continuation. Instants are milliseconds. */
export interface CollectionPassesState {
  /** The pass that runs or is to start, from 1. */
  pass: number;
  startsAtMs: number;
  /** The cohorts of the pass, in the plan's order. */
  skIds: string[];
  /** The next one to ask is a cohort of a date, by their places. */
  next: { date: number; cohort: number };
  /**
   * What is left, by date: one digit (base 36) for each cohort of the plan, whose bit n stands for the plan's data type n.
   * So a year of 1,000 cohorts is 366 kB; a payload of Temporal holds 2 MB.
   */
  left: Record<LearningDate, string>;
  cohorts: Record<string, LeftCohort>;
}

/** Whose turn it is in a collection, and what is left for its next pass. */
export class CollectionPasses {
  private readonly places: ReadonlyMap<string, number>;
  private readonly left: Map<LearningDate, number[]>;
  private readonly cohorts: Map<string, LeftCohort>;
  private state: Pick<CollectionPassesState, 'pass' | 'startsAtMs' | 'skIds' | 'next'>;

  constructor(
    private readonly plan: Pick<CollectionPlan, 'skIds' | 'dataTypes' | 'requestedAt'>,
    private readonly dates: readonly LearningDate[],
    handedOn?: CollectionPassesState,
  ) {
    const { skIds, dataTypes } = plan;
    const everything = 2 ** dataTypes.length - 1;
    this.places = new Map(skIds.map((skId, place) => [skId, place]));
    this.left = new Map(
      dates.map((date) => {
        const digits = handedOn?.left[date];
        return [date, digits === undefined ? skIds.map(() => everything) : digits.split('').map(fromDigit)];
      }),
    );
    this.cohorts = new Map(Object.entries(handedOn?.cohorts ?? {}));
    this.state = handedOn ?? {
      pass: 1,
      startsAtMs: 0,
      skIds: dataTypes.length === 0 ? [] : skIds,
      next: { date: 0, cohort: 0 },
    };
  }

  get pass(): number {
    return this.state.pass;
  }

  get startsAtMs(): number {
    return this.state.startsAtMs;
  }

  get cohortsOfPass(): number {
    return this.state.skIds.length;
  }

  /** The date whose turn it is; undefined when the pass is over. */
  get date(): LearningDate | undefined {
    return this.dates[this.state.next.date];
  }

  /** The turns of this pass that are still to be taken. */
  get turnsLeft(): number {
    const { skIds, next } = this.state;
    return this.dates
      .slice(next.date)
      .reduce((turns, date, index) => turns + this.leftOf(date, skIds.slice(index === 0 ? next.cohort : 0)).length, 0);
  }

  /** The next cohort of the date whose turn it is; undefined when the date is over in this pass. */
  take(): CohortCollectionInput | undefined {
    const { skIds, next } = this.state;
    const { date } = this;
    if (date === undefined) return undefined;
    while (next.cohort < skIds.length) {
      const skId = skIds[next.cohort]!;
      next.cohort += 1;
      const dataTypes = this.dataTypesLeft(date, skId);
      if (dataTypes.length > 0) return { skId, date, dataTypes, requestedAt: this.plan.requestedAt };
    }
    return undefined;
  }

  /** Ends the date in this pass. */
  endDate(): void {
    this.state.next = { date: this.state.next.date + 1, cohort: 0 };
  }

  note({ skId, date, outcomes }: CohortCollectionResult, nowMs: number): void {
    const digits = this.left.get(date);
    const place = this.places.get(skId);
    if (digits === undefined || place === undefined) return;
    const stored = outcomes.filter((outcome) => outcome.stored).map(({ dataType }) => dataType);
    for (const dataType of stored) digits[place] = digits[place]! & ~this.bitOf(dataType);
    const codes = outcomes.flatMap((outcome) => (outcome.stored ? [] : (outcome.code ?? '')));
    if (codes.length > 0) this.cohorts.set(skId, leftCohort(codes, nowMs, this.cohorts.get(skId)));
    else if (this.dates.every((each) => this.dataTypesLeft(each, skId).length === 0)) this.cohorts.delete(skId);
  }

  /** Begins the next pass. @returns false when the passes are over */
  startNext(endedAtMs: number, night: { beganAtMs: number; nextNightAtMs: number } | undefined): boolean {
    const next = nextPass({ passes: this.state.pass, endedAtMs, night, left: this.cohorts });
    if (next === undefined) return false;
    for (const skId of next.skIds) {
      const cohort = this.cohorts.get(skId);
      if (cohort?.retry === 'after-hold') cohort.isHoldOver = true;
    }
    this.state = {
      pass: this.state.pass + 1,
      startsAtMs: next.startsAtMs,
      skIds: next.skIds.toSorted((one, other) => this.places.get(one)! - this.places.get(other)!),
      next: { date: 0, cohort: 0 },
    };
    return true;
  }

  handOn(): CollectionPassesState {
    return {
      ...this.state,
      left: Object.fromEntries([...this.left].map(([date, digits]) => [date, digits.map(toDigit).join('')])),
      cohorts: Object.fromEntries(this.cohorts),
    };
  }

  private leftOf(date: LearningDate, skIds: readonly string[]): string[] {
    return skIds.filter((skId) => this.dataTypesLeft(date, skId).length > 0);
  }

  private dataTypesLeft(date: LearningDate, skId: string): DataType[] {
    const digit = this.left.get(date)?.[this.places.get(skId) ?? -1] ?? 0;
    return this.plan.dataTypes.filter((dataType) => (digit & this.bitOf(dataType)) !== 0);
  }

  private bitOf(dataType: DataType): number {
    return 2 ** this.plan.dataTypes.indexOf(dataType);
  }
}

const toDigit = (value: number) => value.toString(36);
const fromDigit = (digit: string) => Number.parseInt(digit, 36);
