import type { DataType } from '../domain/data-type';
import type { LearningDate } from '../domain/learning-date';
import type { CohortCollectionResult, CollectionProgress } from './contract';

/** Of each run at most; the count of failures is always whole. Bounds what is handed on and answered. */
const MAX_LISTED_FAILURES = 200;
/** Rows of the table in the Web UI. */
const MAX_LISTED_COHORTS = 500;

/** What a run hands on to its continuation. */
export interface CollectionTallyState {
  progress: CollectionProgress;
  /** Cohorts by what was stored of them: data types joined by commas, in the order in which they were collected. */
  storedSets: Record<string, string[]>;
}

/** Counts what a nightly collection has done so far. */
export class CollectionTally {
  private readonly state: CollectionTallyState;
  /** Lines of the table, of this run alone: not worth handing on. */
  private readonly lines: string[] = [];
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
    const rows = stored.map(({ dataType, rowCount }) => `${dataType} ${rowCount}`).join(', ');
    this.lines.push(`| ${skId} | ${rows} | ${failed.map(({ dataType, code }) => `${dataType} ${code}`).join(', ')} |`);
  }

  /** What was stored of each cohort. */
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
    const reasons = failures.map(
      ({ skId, dataType, code, message }) => `- **${skId} ${dataType}** ${code}: ${message}`,
    );
    const running = this.running.size === 0 ? [] : [`Running: ${[...this.running].join(', ')}`];
    const table = [
      '| cohort | rows stored | failed |',
      '| --- | --- | --- |',
      ...this.lines.slice(-MAX_LISTED_COHORTS),
    ];
    return [totals, reasons.join('\n'), ...running, table.join('\n')].filter((part) => part !== '').join('\n\n');
  }
}
