import { setTimeout as sleep } from 'node:timers/promises';
import { DATA_TYPES } from '../../src/domain/collection/data-type';
import { startSystem, type RunningProcess, type System } from '../support/system';
import { COLLECTED_TABLES, tableRows } from '../support/table-rows';
import { waitUntil } from '../support/wait-until';

const DATE = '2025-01-20';
const HEALTHY = ['SK001', 'SK002', 'SK003', 'SK004'];
const WRONG_PASSWORD = 'SK005';
const CHANGED_PAGES = 'SK006';
const COHORTS = 6;

let system: System;
const workers: RunningProcess[] = [];

beforeAll(async () => {
  system = await startSystem({
    simulator: {
      cohorts: COHORTS,
      size: { students: 25 },
      knobs: {
        lms: {
          latencyMs: 15,
          jitterMs: 10,
          pageSize: 7,
          shiftedPages: true,
          unknownFields: true,
          resetLingerMs: 200,
          faults: [
            { fault: 'missing-field', field: 'watchedSeconds', operations: ['listVodLogs'], cohorts: [CHANGED_PAGES] },
            { fault: 'status', status: 500, probability: 0.01 },
            { fault: 'status', status: 503, retryAfterSeconds: 1, probability: 0.005 },
            { fault: 'status', status: 429, probability: 0.005 },
            { fault: 'revoke-token', probability: 0.01 },
            { fault: 'reset', probability: 0.003 },
            { fault: 'cut-body', probability: 0.01 },
            { fault: 'html-page', probability: 0.01 },
          ],
        },
      },
    },
    environment: { OPENEG_SLEEP_TIME: '5' },
  });
  expect((await system.openeg('migrate')).code).toBe(0);
  await system.importCohorts();
  // The operator's file and the LMS disagree from here on.
  system.simulator.setPassword(WRONG_PASSWORD, 'changed at the LMS');
  workers.push(await system.startWorker(), await system.startWorker());
  expect((await system.openeg('start')).code).toBe(0);
});

afterAll(() => system?.stop());

async function expectEqualToLms(skIds: readonly string[], date: string): Promise<void> {
  for (const skId of skIds) {
    const expected = system.simulator.expectedRows(skId, date);
    for (const table of COLLECTED_TABLES) {
      const rows = await tableRows(system.database, table, skId, date);
      expect({ skId, table, rows }).toEqual({ skId, table, rows: expected[table] });
    }
  }
}

it('equals the LMS in every table and column under faults and kills, and what fails fails alone', async () => {
  const collecting = system.openeg('collect', '--date', DATE);
  for (let kill = 0; kill < 3; kill++) {
    await sleep(1_000 + Math.random() * 2_000);
    const victim = kill % workers.length;
    workers[victim]!.signal('SIGKILL');
    workers[victim] = await system.startWorker();
  }
  const result = await collecting;
  // Two cohorts could not be collected, and the operator is told which and why.
  expect(result.code).toBe(1);
  const printed = `${result.stdout}\n${result.stderr}`;
  expect(printed).toContain(WRONG_PASSWORD);
  expect(printed).toContain(CHANGED_PAGES);
  expect(printed).toContain('watchedSeconds');
  await expectEqualToLms(HEALTHY, DATE);

  const runs = await system.database.query<{ sk_id: string; data_type: string; status: string; error: string | null }>(
    'SELECT sk_id, data_type, status, error FROM openeg_collection_runs WHERE collection_date = ? ORDER BY sk_id, data_type',
    [DATE],
  );
  const failed = runs.filter((run) => run.status !== 'stored');
  expect(failed.map((run) => `${run.sk_id} ${run.data_type} ${run.status}`)).toEqual([
    ...['pbl', 'roadmap', 'task', 'vod'].map((type) => `${WRONG_PASSWORD} ${type} failed`),
    `${CHANGED_PAGES} vod failed`,
  ]);
  for (const run of failed) expect(run.error).toMatch(/\S+/);
  expect(runs).toHaveLength(COHORTS * DATA_TYPES.length);

  const { lms, statistics } = system.simulator.state();
  expect(lms.lockedAccounts).toEqual([]);
  expect(lms.wrongPasswords).toBeLessThan(5);
  expect(lms.offences).toBe(0);

  // The statistics server is told of exactly what was stored whole, each of it once.
  expect(statistics.accepted).toBeGreaterThan(0);
  const told = system.simulator
    .statisticsCalls()
    .filter((call) => call.outcome === 200)
    .flatMap(({ body }) => {
      const { sk_ids: skIds, target_date: date, data_types: types } = body as Record<string, string[]>;
      return skIds!.flatMap((skId) => types!.map((type) => `${date} ${skId} ${type}`));
    });
  const stored = runs.filter((run) => run.status === 'stored');
  expect(told.toSorted()).toEqual(stored.map((run) => `${DATE} ${run.sk_id} ${run.data_type}`).toSorted());
}, 600_000);

it('changes no column when it is said twice', async () => {
  const before = await everything();
  expect((await system.openeg('collect', '--date', DATE, ...HEALTHY.flatMap((skId) => ['--cohort', skId]))).code).toBe(
    0,
  );
  expect(await everything()).toEqual(before);
}, 300_000);

it('loses rows that the LMS lists no longer, and takes over what was renamed and added', async () => {
  const [skId] = HEALTHY as [string];
  const student = system.simulator.expectedRows(skId, DATE).openeg_vod_logs[0]!.student_id as string;
  const task = system.simulator.expectedRows(skId, DATE).openeg_tasks[0]!.task_id as string;
  expect(system.simulator.dropRows({ skId, list: 'students', ids: [student] })).toBe(1);
  expect(system.simulator.dropRows({ skId, list: 'tasks', ids: [task] })).toBe(1);
  expect((await system.openeg('collect', '--date', DATE, '--cohort', skId)).code).toBe(0);
  await expectEqualToLms([skId], DATE);
}, 300_000);

it('collects two dates of one cohort at once, both right', async () => {
  const [, skId] = HEALTHY as [string, string];
  const results = await Promise.all(
    ['2025-01-21', '2025-01-22'].map((date) => system.openeg('collect', '--date', date, '--cohort', skId)),
  );
  expect(results.map((result) => result.code)).toEqual([0, 0]);
  await expectEqualToLms([skId], '2025-01-21');
  await expectEqualToLms([skId], '2025-01-22');
}, 300_000);

it('collects what failed once the reason is mended', async () => {
  await system.simulator.setKnobs({ lms: { faults: [] } });
  await system.importCohorts();
  const result = await system.openeg('collect', '--date', DATE);
  expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 0 });
  await waitUntil(() => system.simulator.state().statistics.accepted > 0, { deadlineMs: 30_000, what: 'a trigger' });
  await expectEqualToLms([WRONG_PASSWORD, CHANGED_PAGES], DATE);
}, 300_000);

async function everything() {
  const tables: Record<string, unknown> = {};
  for (const skId of HEALTHY) {
    for (const table of COLLECTED_TABLES) {
      tables[`${skId} ${table}`] = await tableRows(system.database, table, skId, DATE);
    }
  }
  return tables;
}
