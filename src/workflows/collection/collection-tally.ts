import { DATA_TYPES, type DataType } from '../../domain/collection/data-type';
import { failuresByReason } from '../../domain/collection/failures-by-reason';
import type { LearningDate } from '../../domain/shared/learning-date';
import type { CohortCollectionResult, CollectionProgress, DataTypeOutcome } from '../contract';
import { markdownTable } from '../shared/markdown-table';

/** Bounds the state that a run hands on and the query's answer. The count of failures is not bounded. */
const MAX_LISTED_FAILURES = 200;
/** Rows of the table in the Web UI. */
const MAX_LISTED_COHORTS = 500;

/** The part of a tally that a run hands on to its continuation. */
export interface CollectionTallyState {
  progress: CollectionProgress;
  /** Cohorts by the set of data types that were stored of them. A key is the data types joined by commas. */
  storedSets: Record<string, string[]>;
}

/** Counts what a nightly collection has done so far. */
export class CollectionTally {
  private readonly state: CollectionTallyState;
  /** Rows of the table for the Web UI. They are not handed on: a table of this run's cohorts is enough. */
  private readonly rows: { skId: string; cells: Map<DataType, string> }[] = [];
  private readonly running = new Set<string>();

  constructor(date: LearningDate, handedOn?: CollectionTallyState) {
    this.state = handedOn ?? {
      progress: {
        date,
        cohortsTotal: 0,
        cohortsDone: 0,
        stored: 0,
        failed: 0,
        rows: 0,
        failures: [],
        statistics: 'off',
      },
      storedSets: {},
    };
  }

  get progress(): CollectionProgress {
    return this.state.progress;
  }

  expect(cohorts: number): void {
    this.state.progress.cohortsTotal = cohorts;
  }

  begin(skId: string): void {
    this.running.add(skId);
  }

  add({ skId, outcomes }: CohortCollectionResult): void {
    const { progress, storedSets } = this.state;
    this.running.delete(skId);
    progress.cohortsDone += 1;
    const stored = outcomes.filter((outcome) => outcome.stored);
    const failed = outcomes.filter((outcome) => !outcome.stored);
    progress.stored += stored.length;
    progress.failed += failed.length;
    progress.rows += stored.reduce((rows, { rowCount }) => rows + rowCount, 0);
    for (const { dataType, code = '', message = '' } of failed) {
      if (progress.failures.length < MAX_LISTED_FAILURES) progress.failures.push({ skId, dataType, code, message });
    }
    const set = stored.map(({ dataType }) => dataType).join();
    if (set !== '') (storedSets[set] ??= []).push(skId);
    const cells = new Map(outcomes.map((outcome) => [outcome.dataType, cellOf(outcome)]));
    this.rows.push({ skId, cells });
  }

  /** The stored data types of each cohort. */
  stored(): { skId: string; dataTypes: DataType[] }[] {
    return Object.entries(this.state.storedSets).flatMap(([set, skIds]) =>
      skIds.map((skId) => ({ skId, dataTypes: set.split(',') as DataType[] })),
    );
  }

  handOn(): CollectionTallyState {
    return this.state;
  }

  /** Markdown for the Web UI: totals, failures first, then the cohorts that ended last. */
  details(): string {
    const { date, cohortsDone, cohortsTotal, stored, failed, rows, failures, statistics } = this.state.progress;
    const totals =
      `**${date}**: ${cohortsDone} of ${cohortsTotal} cohorts, ${stored} datasets stored (${rows} rows), ` +
      `${failed} failed, statistics ${statistics}`;
    const running = this.running.size === 0 ? [] : [`Running: ${[...this.running].join(', ')}`];
    return [totals, reasonsOf(failures), ...running, this.table()].filter((part) => part !== '').join('\n\n');
  }

  /** The number of rows stored, by cohort and data type. */
  private table(): string {
    const shown = this.rows.slice(-MAX_LISTED_COHORTS);
    const dataTypes = DATA_TYPES.filter((dataType) => shown.some(({ cells }) => cells.has(dataType)));
    const body = shown.map(({ skId, cells }) => [skId, ...dataTypes.map((dataType) => cells.get(dataType) ?? '')]);
    return markdownTable(['cohort', ...dataTypes], body);
  }
}

function cellOf({ stored, rowCount }: DataTypeOutcome): string {
  return stored ? String(rowCount) : '**failed**';
}

function reasonsOf(failures: CollectionProgress['failures']): string {
  return failuresByReason(failures)
    .map(({ skId, dataTypes, code, message }) => `- **${skId} ${dataTypes.join(', ')}** ${code}: ${message}`)
    .join('\n');
}
