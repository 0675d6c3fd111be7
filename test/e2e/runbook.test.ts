import { randomBytes } from 'node:crypto';
import { createProgressClient } from '../support/progress-client';
import { startSystem, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

/* What the runbook has an operator do by hand, on a running system. */

const DATE = '2025-01-20';
let system: System;
let worker: Awaited<ReturnType<System['startWorker']>>;

beforeAll(async () => {
  system = await startSystem({
    simulator: { cohorts: 2, size: { students: 5 } },
    environment: { OPENEG_SLEEP_TIME: '2', OPENEG_RETENTION_DAYS: '30' },
  });
  expect((await system.openeg('migrate')).code).toBe(0);
  await system.importCohorts();
  worker = await system.startWorker();
  expect((await system.openeg('start')).code).toBe(0);
});
afterAll(() => system?.stop());

async function alertArrives(skId: string): Promise<void> {
  const before = system.simulator.chatMessages(`space-${skId}`).length;
  system.simulator.addInquiry(skId);
  await waitUntil(() => system.simulator.chatMessages(`space-${skId}`).length === before + 1, {
    deadlineMs: 120_000,
    what: `an alert of ${skId}`,
  });
}

it('rotates the key while the service works', async () => {
  await alertArrives('SK001');
  const old = system.environment.OPENEG_CREDENTIALS_KEY!;
  system.environment.OPENEG_CREDENTIALS_KEY = randomBytes(32).toString('base64');
  system.environment.OPENEG_CREDENTIALS_KEY_OLD = old;
  const both = await system.startWorker();
  expect(await worker.stop()).toBe(0);
  await alertArrives('SK001');

  const rotated = await system.openeg('rotate-key');
  expect(rotated.stdout).toContain('2 accounts sealed anew');
  expect((await system.openeg('rotate-key')).stdout).toContain('0 accounts sealed anew, 2 were current already');

  delete system.environment.OPENEG_CREDENTIALS_KEY_OLD;
  worker = await system.startWorker();
  expect(await both.stop()).toBe(0);
  system.simulator.revokeTokens();
  await alertArrives('SK002');
  expect((await system.openeg('collect', '--date', DATE)).code).toBe(0);
}, 300_000);

it('says so when neither key opens an account', async () => {
  const right = system.environment.OPENEG_CREDENTIALS_KEY!;
  system.environment.OPENEG_CREDENTIALS_KEY = randomBytes(32).toString('base64');
  const result = await system.openeg('rotate-key');
  system.environment.OPENEG_CREDENTIALS_KEY = right;
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('SK001, SK002');
});

it('erases a student, whom later collections leave out', async () => {
  const student = system.simulator.expectedRows('SK001', DATE).openeg_vod_logs[0]!.student_id as string;
  const erased = await system.openeg('forget', '--cohort', 'SK001', '--student', student);
  expect({ code: erased.code, stderr: erased.stderr }).toMatchObject({ code: 0 });
  expect((await system.openeg('collect', '--date', DATE, '--cohort', 'SK001')).code).toBe(0);
  for (const table of ['openeg_vod_logs', 'openeg_task_submissions', 'openeg_pbl_submissions']) {
    const rows = await system.database.query<{ student_id: string; sk_id: string }>(
      `SELECT student_id, sk_id FROM ${table} WHERE sk_id = 'SK001'`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => row.student_id === student)).toEqual([]);
  }
});

it('erases a member, who may begin anew', async () => {
  const server = await system.startServer();
  const viewer = createProgressClient({
    url: () => server.url,
    secret: system.environment.OPENEG_PROGRESS_JWT_SECRET!,
    lesson: { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'unlisted', memberNo: 'M1' },
    lengthMs: 100_000,
  });
  await viewer.open();
  expect((await viewer.save([0, 1_000])).completionVideoTime).toBe(1_000);
  expect((await system.openeg('forget', '--member', 'M1')).code).toBe(0);
  expect((await viewer.open()).completionVideoTime).toBe(0);
  expect((await viewer.save([5_000, 6_000])).completionVideoTime).toBe(1_000);
});

it.each([[[]], [['--member', 'M1', '--cohort', 'SK001']], [['--student', 'S1']]])(
  'refuses to guess whom to erase: forget %j',
  async (options) => {
    const result = await system.openeg('forget', ...options);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--member M, or --cohort SKID together with --student S');
  },
);

it('erases old data by a Schedule that comes and goes with OPENEG_RETENTION_DAYS', async () => {
  await system.database.execute(
    `INSERT INTO openeg_vod_logs
       (sk_id, student_id, log_date, period, student_name, duration_seconds, watched_seconds, attended)
     VALUES ('SK002', 'old', '2020-01-01', 1, '학생', 0, 0, 0)`,
  );
  await system.temporalCli('schedule', 'trigger', '--schedule-id', 'data-retention');
  await waitUntil(
    async () => {
      const rows = await system.database.query(`SELECT 1 FROM openeg_vod_logs WHERE log_date = '2020-01-01'`);
      return rows.length === 0;
    },
    { deadlineMs: 60_000, what: 'the old row is gone' },
  );

  delete system.environment.OPENEG_RETENTION_DAYS;
  const keeping = await system.startWorker();
  expect(await worker.stop()).toBe(0);
  worker = keeping;
  await waitUntil(
    () =>
      system.temporalCli('schedule', 'describe', '--schedule-id', 'data-retention').then(
        () => false,
        () => true,
      ),
    { deadlineMs: 60_000, what: 'the Schedule is gone' },
  );
});
