import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { openCollection, type CollectionParts } from './open-collection';
import { waitUntil } from '../../support/wait-until';

const DATE = '2025-01-20';
const NEXT_DATE = '2025-01-21';
const SK = 'SK001';

let parts: CollectionParts;
afterEach(() => parts?.close());

/** Like the workflow: asks again for what was not stored, after a pause. */
async function collectInAFewPasses(): Promise<void> {
  const requestedAt = new Date();
  await waitUntil(
    async () => {
      const outcomes = await parts.collectCohort(SK, DATE, { requestedAt }).catch(() => undefined);
      return outcomes?.every(({ stored }) => stored);
    },
    { deadlineMs: 120_000, what: 'everything to be stored' },
  );
}

describe.each([100, 7])('with pages of %i', (pageSize) => {
  beforeEach(async () => {
    parts = await openCollection({
      cohorts: 2,
      size: { students: 120, tasks: 3, pblProblems: 3 },
      knobs: { lms: { pageSize, unknownFields: true } },
    });
  });

  it('stores every table and column as the LMS lists it, and sends no request twice', async () => {
    await Promise.all([parts.collectAll(SK, DATE), parts.collectAll('SK002', DATE)]);
    expect(await parts.stored(SK, DATE)).toEqual(parts.expected(SK, DATE));
    expect(await parts.stored('SK002', DATE)).toEqual(parts.expected('SK002', DATE));
    expect(parts.simulator.repeatedRequests()).toEqual([]);
    const vod = await parts.run(SK, DATE, 'vod');
    expect(vod).toMatchObject({ status: 'stored', row_count: 960, error: null });
    expect(vod!.stored_at).toBeInstanceOf(Date);
  });

  it('survives every fault of the LMS', async () => {
    await parts.simulator.setKnobs({
      lms: {
        shiftedPages: true,
        latencyMs: 2,
        jitterMs: 4,
        resetLingerMs: 20,
        faults: [
          { fault: 'status', status: 500, probability: 0.02 },
          { fault: 'status', status: 503, retryAfterSeconds: 0, probability: 0.02 },
          { fault: 'status', status: 429, probability: 0.02 },
          { fault: 'revoke-token', probability: 0.01 },
          { fault: 'cut-body', probability: 0.02 },
          { fault: 'html-page', probability: 0.02 },
        ],
      },
    });
    // Each of hundreds of requests fails with a probability of a tenth, so now and then one fails five times in a row.
    await collectInAFewPasses();
    expect(await parts.stored(SK, DATE)).toEqual(parts.expected(SK, DATE));
    expect(parts.simulator.state().lms.offences).toBe(0);
  });
});

describe('collected again', () => {
  beforeEach(async () => {
    parts = await openCollection({ cohorts: 1, size: { students: 40 } });
    await parts.collectAll(SK, DATE);
  });

  it('changes no column when the LMS did not change', async () => {
    const before = await parts.stored(SK, DATE);
    const readAgain = await parts.collect(SK, DATE, 'vod');
    await parts.collectAll(SK, DATE);
    expect(readAgain).toEqual({ rowCount: 320 });
    expect(await parts.stored(SK, DATE)).toEqual(before);
  });

  it('stores what changed and deletes what is not listed any more', async () => {
    const before = parts.simulator.expectedRows(SK, DATE);
    const student = String(before.openeg_vod_logs[0]!.student_id);
    const [task, otherTask] = before.openeg_tasks.map((row) => String(row.task_id)) as [string, string];
    const problem = String(before.openeg_pbl_problems[0]!.problem_id);
    const unit = String(before.openeg_roadmap_units[0]!.unit_id);
    const lesson = String(before.openeg_roadmap_lessons.at(-1)!.lesson_id);
    const { simulator } = parts;
    expect(simulator.dropRows({ skId: SK, list: 'students', ids: [student] })).toBe(1);
    expect(simulator.dropRows({ skId: SK, list: 'tasks', ids: [task] })).toBe(1);
    expect(simulator.dropRows({ skId: SK, list: 'taskSubmissions', parentId: otherTask })).toBeGreaterThan(0);
    expect(simulator.dropRows({ skId: SK, list: 'pblSubmissions', parentId: problem, ids: [student] })).toBe(1);
    expect(simulator.dropRows({ skId: SK, list: 'roadmapUnits', ids: [unit] })).toBe(1);
    const lastUnit = String(before.openeg_roadmap_units.at(-1)!.unit_id);
    simulator.dropRows({ skId: SK, list: 'roadmapLessons', parentId: lastUnit, ids: [lesson] });
    simulator.changeRows({ skId: SK, list: 'pblProblems', ids: [problem], changes: { title: "'; --\\ 새 제목 😀" } });

    await parts.collectAll(SK, DATE);
    const after = parts.expected(SK, DATE);
    expect(after).not.toEqual(Object.fromEntries(Object.keys(after).map((table) => [table, before[table as never]])));
    expect(await parts.stored(SK, DATE)).toEqual(after);
  });

  it('keeps two dates of one cohort apart, also when they are collected at once', async () => {
    await Promise.all([parts.collectAll(SK, DATE), parts.collectAll(SK, NEXT_DATE)]);
    expect(await parts.stored(SK, DATE)).toEqual(parts.expected(SK, DATE));
    expect(await parts.stored(SK, NEXT_DATE)).toEqual(parts.expected(SK, NEXT_DATE));
  });

  it('does not read again what is new enough, and reads data types without a date once for a range', async () => {
    const requestedAt = (await parts.run(SK, DATE, 'task'))!.started_at;
    parts.simulator.resetCounts();
    for (const dataType of ['pbl', 'task', 'roadmap'] as const) {
      const collectAgain = async () => {
        await parts.collect(SK, NEXT_DATE, dataType, { requestedAt: new Date(0) });
        return (await parts.run(SK, NEXT_DATE, dataType))!;
      };
      const first = await collectAgain();
      expect(first).toMatchObject({ status: 'stored' });
      expect((await collectAgain()).started_at.getTime()).toBeGreaterThan(first.started_at.getTime());
    }
    await parts.collect(SK, DATE, 'task', { requestedAt });
    expect(parts.simulator.state().lms.requests).toBe(0);
    await parts.collect(SK, NEXT_DATE, 'vod', { requestedAt: new Date(0) });
    expect(parts.simulator.state().lms.requests).toBeGreaterThan(0);
  });
});

it('shows a reader all of the old data or all of the new, at every moment', async () => {
  parts = await openCollection({ cohorts: 1, size: { students: 300 } });
  await parts.collect(SK, DATE, 'vod');
  const states = new Set<string>();
  let reading = true;
  const reader = (async () => {
    while (reading) {
      const [row] = await parts.database.query<{ state: string }>(
        `SELECT CONCAT(COUNT(*), ' rows, ', COUNT(DISTINCT student_name), ' names, ', MIN(student_name)) AS state
         FROM openeg_vod_logs WHERE sk_id = ? AND log_date = ?`,
        [SK, DATE],
      );
      states.add(row!.state);
    }
  })();
  for (const [round, name] of ['Round 1', 'Round 2', 'Round 3'].entries()) {
    parts.simulator.changeRows({ skId: SK, list: 'students', changes: { name } });
    const student = String(parts.simulator.expectedRows(SK, DATE).openeg_vod_logs[0]!.student_id);
    parts.simulator.dropRows({ skId: SK, list: 'students', ids: [student] });
    expect((await parts.collect(SK, DATE, 'vod')).rowCount).toBe(8 * (299 - round));
  }
  await waitUntil(() => [...states].some((state) => state.endsWith('Round 3')), {
    deadlineMs: 30_000,
    what: 'the reader to see the last round',
  });
  reading = false;
  await reader;
  const rounds = ['2392 rows, 1 names, Round 1', '2384 rows, 1 names, Round 2', '2376 rows, 1 names, Round 3'];
  const others = [...states].filter((state) => !rounds.includes(state));
  expect(others.filter((state) => !state.startsWith('2400 rows, '))).toEqual([]);
  expect(others.length).toBeLessThanOrEqual(1);
});

it('stores a cohort of two thousand students', async () => {
  parts = await openCollection({ cohorts: 1, size: { students: 2000, tasks: 2, pblProblems: 0 } });
  await parts.collectAll(SK, DATE);
  expect(await parts.stored(SK, DATE)).toEqual(parts.expected(SK, DATE));
  expect(await parts.run(SK, DATE, 'vod')).toMatchObject({ row_count: 16_000 });
});

it('never lets an older reading overwrite a newer one', async () => {
  parts = await openCollection({ cohorts: 1 });
  const { lms, simulator } = parts;
  let goOn = () => {};
  const paused = new Promise<void>((resolve) => (goOn = resolve));
  let reached = () => {};
  const asked = new Promise<void>((resolve) => (reached = resolve));
  const slow: typeof lms = {
    ...lms,
    async listTasks(account, options) {
      const tasks = await lms.listTasks(account, options);
      reached();
      await paused;
      return tasks;
    },
  };
  const older = parts.collect(SK, DATE, 'task', { client: slow });
  await asked;
  simulator.changeRows({ skId: SK, list: 'tasks', changes: { title: 'newer' } });
  await parts.collect(SK, NEXT_DATE, 'task');
  goOn();
  await older;
  const titles = await parts.database.query('SELECT DISTINCT title FROM openeg_tasks');
  expect(titles).toEqual([{ title: 'newer' }]);
  expect(await parts.run(SK, DATE, 'task')).toMatchObject({ status: 'stored' });
});

it('leaves out erased students, and only those', async () => {
  parts = await openCollection({ cohorts: 1 });
  await parts.collectAll(SK, DATE);
  const expected = parts.simulator.expectedRows(SK, DATE);
  const student = expected.openeg_vod_logs[0]!.student_id as string;
  await parts.database.execute('INSERT INTO openeg_erased_students VALUES (?, ?, UTC_TIMESTAMP(3))', [SK, student]);
  await parts.collectAll(SK, DATE);
  const without = Object.fromEntries(
    Object.entries(parts.expected(SK, DATE)).map(([table, rows]) => [
      table,
      (rows as { student_id?: string }[]).filter((row) => row.student_id !== student),
    ]),
  );
  expect(await parts.stored(SK, DATE)).toEqual(without);
  expect(await parts.run(SK, DATE, 'vod')).toMatchObject({ row_count: 8 * 29 });
});

it('heartbeats, and ends when it is cancelled', async () => {
  parts = await openCollection({
    cohorts: 1,
    knobs: { lms: { faults: [{ fault: 'hang', operations: ['listTasks'] }] } },
  });
  const environment = new MockActivityEnvironment();
  let beats = 0;
  environment.on('heartbeat', () => {
    beats += 1;
    environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails());
  });
  await expect(parts.collect(SK, DATE, 'task', { environment })).rejects.toThrow();
  expect(beats).toBeGreaterThan(0);
  expect(await parts.run(SK, DATE, 'task')).toMatchObject({ status: 'running', stored_at: null });
});
