import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import { CollectionTally, type CollectionTallyState } from '../../../src/workflows/collection/collection-tally';
import type { DatasetOutcome } from '../../../src/domain/collection/dataset-outcome';

const date = learningDateSchema.parse('2025-01-20');
const plan = (...skIds: string[]) => ({ skIds, refused: [], dataTypes: ['vod' as const, 'task' as const] });
const vod: DatasetOutcome = { dataType: 'vod', stored: true, rowCount: 80 };
const task: DatasetOutcome = { dataType: 'task', stored: true, rowCount: 5 };
const failedVod: DatasetOutcome = {
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
  tally.expect(plan('SK1', 'SK2', 'SK3'), [date]);
  tally.startPass(1, 3);
  tally.begin({ skId: 'SK1', date });
  expect(tally.details()).toContain('Running: SK1');
  tally.add({ skId: 'SK1', date, outcomes: [vod, task] }, false);
  tally.add({ skId: 'SK2', date, outcomes: [failedVod, task] }, false);
  expect(tally.progress).toEqual({
    date,
    pass: 1,
    nextPass: null,
    cohortsTotal: 3,
    cohortsDone: 2,
    stored: 3,
    failed: 1,
    rows: 90,
    failures: [{ date, skId: 'SK2', dataType: 'vod', code: failedVod.code, message: failedVod.message }],
    statistics: 'off',
  });
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
  tally.add(
    { skId: 'SK1', date, outcomes: [failedVod, { dataType: 'pbl', ...held }, { dataType: 'task', ...held }] },
    false,
  );
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
  tally.expect(plan('SK1', 'SK2'), [date]);
  tally.startPass(1, 2);
  tally.add({ skId: 'SK1', date, outcomes: [vod] }, false);
  const next = new CollectionTally(date, JSON.parse(JSON.stringify(tally.handOn())) as CollectionTallyState);
  next.add({ skId: 'SK2', date, outcomes: [vod] }, false);
  expect(next.progress).toMatchObject({ cohortsTotal: 2, cohortsDone: 2, stored: 2, rows: 160 });
  expect(next.takeStored().map(({ skId }) => skId)).toEqual(['SK1', 'SK2']);
});

it('counts every failure and lists so many that the list stays small', () => {
  const tally = new CollectionTally(date);
  for (let cohort = 0; cohort < 1000; cohort += 1)
    tally.add({ skId: `SK${cohort}`, date, outcomes: [failedVod] }, false);
  expect(tally.progress.failed).toBe(1000);
  expect(tally.progress.failures).toHaveLength(200);
  expect(JSON.stringify(tally.handOn()).length).toBeLessThan(100_000);
});

it('corrects the counts in a later pass, and names each stored dataset once', () => {
  const tally = new CollectionTally(date);
  tally.expect(plan('SK1', 'SK2'), [date]);
  tally.startPass(1, 2);
  tally.add({ skId: 'SK1', date, outcomes: [vod, task] }, false);
  tally.add({ skId: 'SK2', date, outcomes: [failedVod, task] }, false);
  expect(tally.takeStored()).toEqual([
    { skId: 'SK1', dataTypes: ['vod', 'task'] },
    { skId: 'SK2', dataTypes: ['task'] },
  ]);
  tally.waitForPass(new Date('2025-01-20T17:05:00Z'), 1);
  expect(tally.progress.nextPass).toEqual({ at: '2025-01-20T17:05:00.000Z', cohorts: 1 });
  expect(tally.details()).toContain('Pass 2 starts at 2025-01-21 02:05 with 1 cohorts');
  tally.startPass(2, 1);
  expect(tally.progress).toMatchObject({ pass: 2, nextPass: null, cohortsDone: 1 });
  tally.add({ skId: 'SK2', date, outcomes: [vod] }, true);
  expect(tally.progress).toMatchObject({ cohortsDone: 2, stored: 4, failed: 0, rows: 170, failures: [] });
  expect(tally.takeStored()).toEqual([{ skId: 'SK2', dataTypes: ['vod'] }]);
  expect(cellsOf(tally.details())).toContainEqual(['SK2', '80', '5']);
});

it('counts the cohorts of a range for each date, and refused ones as failed', () => {
  const tally = new CollectionTally(date);
  const refused = [{ skId: 'SK9', code: 'COHORT_UNKNOWN', message: 'No cohort SK9 was imported.' }];
  const later = learningDateSchema.parse('2025-01-21');
  tally.expect({ ...plan('SK1'), refused }, [date, later, learningDateSchema.parse('2025-01-22')]);
  tally.startPass(1, 3);
  expect(tally.progress).toMatchObject({ cohortsTotal: 6, cohortsDone: 3, failed: 6 });
  expect(tally.progress.failures).toHaveLength(2);
  tally.add({ skId: 'SK1', date, outcomes: [failedVod] }, false);
  tally.add({ skId: 'SK1', date: later, outcomes: [failedVod] }, false);
  expect(tally.details()).toContain('**SK1 2025-01-21 vod**');
  expect(tally.dates.map(({ failed }) => failed)).toEqual([3, 3, 2]);
});

it('keeps a failed trigger in sight', () => {
  const tally = new CollectionTally(date);
  tally.announcing();
  tally.announcing();
  tally.announced('sent');
  expect(tally.progress.statistics).toBe('pending');
  tally.announced('failed');
  tally.announcing();
  tally.announced('sent');
  expect(tally.progress.statistics).toBe('failed');
});
