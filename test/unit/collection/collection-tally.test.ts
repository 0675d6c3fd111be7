import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import { CollectionTally, type CollectionTallyState } from '../../../src/workflows/collection/collection-tally';
import type { DataTypeOutcome } from '../../../src/workflows/contract';

const date = learningDateSchema.parse('2025-01-20');
const vod: DataTypeOutcome = { dataType: 'vod', stored: true, rowCount: 80 };
const task: DataTypeOutcome = { dataType: 'task', stored: true, rowCount: 5 };
const failedVod: DataTypeOutcome = {
  dataType: 'vod',
  stored: false,
  rowCount: 0,
  code: 'LMS_BAD_PAGE',
  message: 'listVodLogs: watchedSeconds is missing',
};

/** Of the table, without the line below its head. */
function cellsOf(details: string): string[][] {
  const lines = details.split('\n').filter((line) => line.startsWith('|') && !line.includes('---'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it('counts what was stored and names what failed', () => {
  const tally = new CollectionTally(date);
  tally.expect(3);
  tally.begin('SK1');
  expect(tally.details()).toContain('Running: SK1');
  tally.add({ skId: 'SK1', date, outcomes: [vod, task] });
  tally.add({ skId: 'SK2', date, outcomes: [failedVod, task] });
  expect(tally.progress).toEqual({
    date,
    cohortsTotal: 3,
    cohortsDone: 2,
    stored: 3,
    failed: 1,
    rows: 90,
    failures: [{ skId: 'SK2', dataType: 'vod', code: failedVod.code, message: failedVod.message }],
    statistics: 'off',
  });
  expect(tally.stored()).toEqual([
    { skId: 'SK1', dataTypes: ['vod', 'task'] },
    { skId: 'SK2', dataTypes: ['task'] },
  ]);
  const details = tally.details();
  expect(details).toContain('2 of 3 cohorts');
  expect(cellsOf(details)).toEqual([
    ['cohort', 'vod', 'task'],
    ['SK1', '80', '5'],
    ['SK2', '**failed**', '5'],
  ]);
  expect(details).toContain('**SK2 vod** LMS_BAD_PAGE: listVodLogs: watchedSeconds is missing');
  expect(details).not.toContain('Running');
});

it('says a reason once for all data types that failed for it', () => {
  const tally = new CollectionTally(date);
  const held = {
    stored: false,
    rowCount: 0,
    code: 'LMS_ACCOUNT_HELD',
    message: 'Cohort SK1: import the account again.',
  };
  tally.add({ skId: 'SK1', date, outcomes: [failedVod, { dataType: 'pbl', ...held }, { dataType: 'task', ...held }] });
  expect(
    tally
      .details()
      .split('\n')
      .filter((line) => line.startsWith('- ')),
  ).toEqual([
    '- **SK1 vod** LMS_BAD_PAGE: listVodLogs: watchedSeconds is missing',
    '- **SK1 pbl, task** LMS_ACCOUNT_HELD: Cohort SK1: import the account again.',
  ]);
});

it('goes on where it was handed on, as JSON', () => {
  const tally = new CollectionTally(date);
  tally.expect(2);
  tally.add({ skId: 'SK1', date, outcomes: [vod] });
  const next = new CollectionTally(date, JSON.parse(JSON.stringify(tally.handOn())) as CollectionTallyState);
  next.add({ skId: 'SK2', date, outcomes: [vod] });
  expect(next.progress).toMatchObject({ cohortsTotal: 2, cohortsDone: 2, stored: 2, rows: 160 });
  expect(next.stored().map(({ skId }) => skId)).toEqual(['SK1', 'SK2']);
});

it('counts every failure and lists so many that the list stays small', () => {
  const tally = new CollectionTally(date);
  for (let cohort = 0; cohort < 1000; cohort += 1) tally.add({ skId: `SK${cohort}`, date, outcomes: [failedVod] });
  expect(tally.progress.failed).toBe(1000);
  expect(tally.progress.failures).toHaveLength(200);
  expect(JSON.stringify(tally.handOn()).length).toBeLessThan(100_000);
});
