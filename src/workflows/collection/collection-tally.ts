import type { CollectionPlan } from '../../activities/collection/collection-core-activities';
import { DATA_TYPES, type DataType } from '../../domain/collection/data-type';
import type { DatasetOutcome } from '../../domain/collection/dataset-outcome';
import { failuresByReason } from '../../domain/collection/failures-by-reason';
import { formatSeoulTime, type LearningDate } from '../../domain/shared/learning-date';
import type { CohortCollectionResult, CollectedDate, CollectionProgress } from '../contract';
import { markdownTable } from '../shared/markdown-table';

/** Bounds the state that a run hands on and the query's answer. The count of failures is not bounded. */
const MAX_LISTED_FAILURES = 200;
/** Rows of the table in the Web UI. */
const MAX_LISTED_COHORTS = 500;

/** The part of a tally that a run hands on to its continuation. */
export interface CollectionTallyState {
  progress: CollectionProgress;
  dates: CollectedDate[];
  /**
   * What was stored of the current date and is not announced yet: cohorts by the set of data types that was stored of them.
   * A key is the data types joined by commas.
   */
  storedSets: Record<string, string[]>;
}

/** Counts what a collection has done so far. */
export class CollectionTally {
  private readonly state: CollectionTallyState;
  /** Rows of the table for the Web UI, by cohort and date. They are not handed on: this run's cohorts are enough. */
  private readonly rows = new Map<string, Map<DataType, string>>();
  private readonly running = new Set<string>();
  private announcements = 0;

  constructor(
    private readonly firstDate: LearningDate,
    handedOn?: CollectionTallyState,
  ) {
    this.state = handedOn ?? {
      progress: {
        date: firstDate,
        pass: 1,
        nextPass: null,
        cohortsTotal: 0,
        cohortsDone: 0,
        stored: 0,
        failed: 0,
        rows: 0,
        failures: [],
        statistics: 'off',
      },
      dates: [],
      storedSets: {},
    };
  }

  get progress(): CollectionProgress {
    return this.state.progress;
  }

  get dates(): CollectedDate[] {
    return this.state.dates;
  }

  /** Counts the cohorts of the plan for each date. Those that it refuses have failed for good. */
  expect(
    { skIds, refused, dataTypes }: Pick<CollectionPlan, 'skIds' | 'refused' | 'dataTypes'>,
    dates: readonly LearningDate[],
  ): void {
    const { progress } = this.state;
    const failed = refused.length * dataTypes.length;
    progress.cohortsTotal = (skIds.length + refused.length) * dates.length;
    progress.cohortsDone = progress.cohortsTotal;
    progress.failed = failed * dates.length;
    this.state.dates = dates.map((date) => ({ date, stored: 0, failed, rows: 0 }));
    const failures = refused.flatMap((refusal) => dataTypes.map((dataType) => ({ ...refusal, dataType })));
    progress.failures = failures.slice(0, MAX_LISTED_FAILURES).map((failure) => ({ date: this.firstDate, ...failure }));
  }

  waitForPass(at: Date, cohorts: number): void {
    this.state.progress.nextPass = { at: at.toISOString(), cohorts };
  }

  /** @param turns the number of cohorts, of each date, that this pass still asks */
  startPass(pass: number, turns: number): void {
    const { progress } = this.state;
    progress.pass = pass;
    progress.nextPass = null;
    progress.cohortsDone = progress.cohortsTotal - turns;
  }

  begin({ skId, date }: { skId: string; date: LearningDate }): void {
    this.state.progress.date = date;
    this.running.add(skId);
  }

  /** @param isAgain whether an earlier pass counted these datasets as failed */
  add({ skId, date, outcomes }: CohortCollectionResult, isAgain: boolean): void {
    const { progress, storedSets } = this.state;
    this.running.delete(skId);
    progress.cohortsDone += 1;
    const stored = outcomes.filter((outcome) => outcome.stored);
    const failed = outcomes.filter((outcome) => !outcome.stored);
    for (const counts of [progress, ...this.state.dates.filter((each) => each.date === date)]) {
      counts.stored += stored.length;
      counts.failed += failed.length - (isAgain ? outcomes.length : 0);
      counts.rows += stored.reduce((rows, { rowCount }) => rows + rowCount, 0);
    }
    progress.failures = progress.failures.filter((failure) => failure.skId !== skId || failure.date !== date);
    for (const { dataType, code = '', message = '' } of failed) {
      if (progress.failures.length < MAX_LISTED_FAILURES) {
        progress.failures.push({ date, skId, dataType, code, message });
      }
    }
    const set = stored.map(({ dataType }) => dataType).join();
    if (set !== '') (storedSets[set] ??= []).push(skId);
    const name = this.nameOf(date, skId);
    const cells = this.rows.get(name) ?? new Map<DataType, string>();
    for (const outcome of outcomes) cells.set(outcome.dataType, cellOf(outcome));
    this.rows.set(name, cells);
  }

  /** The data types that were stored of each cohort since the last call: each is announced once. */
  takeStored(): { skId: string; dataTypes: DataType[] }[] {
    const stored = Object.entries(this.state.storedSets).flatMap(([set, skIds]) =>
      skIds.map((skId) => ({ skId, dataTypes: set.split(',') as DataType[] })),
    );
    this.state.storedSets = {};
    return stored;
  }

  announcing(): void {
    this.announcements += 1;
    if (this.state.progress.statistics !== 'failed') this.state.progress.statistics = 'pending';
  }

  /** A trigger that was given up stays a failure, whatever the later ones become. */
  announced(outcome: CollectionProgress['statistics']): void {
    const { progress } = this.state;
    this.announcements -= 1;
    if (outcome === 'failed') progress.statistics = 'failed';
    else if (progress.statistics === 'pending' && this.announcements === 0) progress.statistics = outcome;
  }

  handOn(): CollectionTallyState {
    return this.state;
  }

  /** Markdown for the Web UI: totals, what comes next, failures, then the cohorts that ended last. */
  details(): string {
    const { date, pass, nextPass, cohortsDone, cohortsTotal, stored, failed, rows, failures, statistics } =
      this.state.progress;
    const totals =
      `**${date}**, pass ${pass}: ${cohortsDone} of ${cohortsTotal} cohorts, ${stored} datasets stored (${rows} rows), ` +
      `${failed} failed, statistics ${statistics}`;
    const next =
      nextPass === null
        ? []
        : [`Pass ${pass + 1} starts at ${formatSeoulTime(new Date(nextPass.at))} with ${nextPass.cohorts} cohorts`];
    const running = this.running.size === 0 ? [] : [`Running: ${[...this.running].join(', ')}`];
    return [totals, ...next, this.reasons(failures), ...running, this.table()]
      .filter((part) => part !== '')
      .join('\n\n');
  }

  private reasons(failures: CollectionProgress['failures']): string {
    return failuresByReason(failures)
      .map(({ date, skId, dataTypes, code, message }) => {
        return `- **${this.nameOf(date, skId)} ${dataTypes.join(', ')}** ${code}: ${message}`;
      })
      .join('\n');
  }

  private nameOf(date: LearningDate, skId: string): string {
    return date === this.firstDate ? skId : `${skId} ${date}`;
  }

  /** The number of rows stored, by cohort and data type. */
  private table(): string {
    const shown = [...this.rows].slice(-MAX_LISTED_COHORTS);
    const dataTypes = DATA_TYPES.filter((dataType) => shown.some(([, cells]) => cells.has(dataType)));
    const body = shown.map(([name, cells]) => [name, ...dataTypes.map((dataType) => cells.get(dataType) ?? '')]);
    return markdownTable(['cohort', ...dataTypes], body);
  }
}

function cellOf({ stored, rowCount }: DatasetOutcome): string {
  return stored ? String(rowCount) : '**failed**';
}
