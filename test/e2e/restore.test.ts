import { randomUUID } from 'node:crypto';
import { createProgressClient } from '../support/progress-client';
import { startSystem, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

/*
 * The database is restored from a backup and Temporal has lost everything: what the backup knew is not said twice, what
 * it held is finished, and what came after it is caught up.
 */

let system: System;

beforeAll(async () => {
  system = await startSystem({
    simulator: { cohorts: 2, size: { students: 5 } },
    environment: { OPENEG_SLEEP_TIME: '2' },
  });
  expect((await system.openeg('migrate')).code).toBe(0);
  await system.importCohorts();
});
afterAll(() => system?.stop());

const alerts = () => system.simulator.chatMessages().filter((message) => message.space.startsWith('space-'));

async function tables(): Promise<string[]> {
  const rows = await system.database.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1',
  );
  return rows.map((row) => row.name);
}

it('goes on from a backup without a second alert, and loses no completion', async () => {
  const { simulator } = system;
  const worker = await system.startWorker();
  const server = await system.startServer();
  expect((await system.openeg('start')).code).toBe(0);
  for (const skId of ['SK001', 'SK002']) for (let count = 0; count < 3; count++) simulator.addInquiry(skId);
  await waitUntil(() => alerts().length === 6, { deadlineMs: 120_000, what: 'the first alerts' });
  await waitUntil(
    async () => {
      const [row] = await system.database.query<{ open: number }>(
        'SELECT COUNT(*) AS open FROM openeg_entry_tracking WHERE processed_at IS NULL',
      );
      return Number(row?.open) === 0;
    },
    { deadlineMs: 60_000, what: 'each is marked' },
  );

  // A lecture is completed while the LMS can't be told: the backup holds the completion, unreported.
  await simulator.setKnobs({ lms: { availability: 'unavailable' } });
  const viewer = createProgressClient({
    url: () => server.url,
    secret: system.environment.OPENEG_PROGRESS_JWT_SECRET!,
    lesson: { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'unlisted', memberNo: 'M1' },
    lengthMs: 100_000,
  });
  await viewer.open();
  await system.database.execute('UPDATE openeg_progress_members SET last_call_at = last_call_at - INTERVAL 15 MINUTE');
  await system.database.execute('UPDATE openeg_video_progress SET last_call_at = last_call_at - INTERVAL 15 MINUTE');
  expect((await viewer.save([0, 90_000])).completed).toBe(true);

  // The backup: every table, as mysqldump would write it.
  const backup = `openeg_backup_${randomUUID().slice(0, 8)}`;
  await system.database.execute(`CREATE DATABASE ${backup} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const names = await tables();
  for (const name of names) {
    await system.database.execute(`CREATE TABLE ${backup}.${name} LIKE ${name}`);
    await system.database.execute(`INSERT INTO ${backup}.${name} SELECT * FROM ${name}`);
  }

  // Life goes on after the backup, then everything is lost.
  await simulator.setKnobs({ lms: { availability: 'up' } });
  for (const skId of ['SK001', 'SK002']) simulator.addInquiry(skId);
  await waitUntil(() => alerts().length === 8, { deadlineMs: 120_000, what: 'alerts after the backup' });
  await Promise.all([worker.stop(), server.stop()]);
  await system.temporal.stop();
  for (const name of names) {
    await system.database.execute(`DROP TABLE ${name}`);
    await system.database.execute(`CREATE TABLE ${name} LIKE ${backup}.${name}`);
    await system.database.execute(`INSERT INTO ${name} SELECT * FROM ${backup}.${name}`);
  }
  await system.database.execute(`DROP DATABASE ${backup}`);
  await system.forgetTemporal();
  simulator.addInquiry('SK001', { title: '복구 중의 질문' });

  expect((await system.openeg('migrate')).code).toBe(0);
  await system.startWorker();
  await system.startServer();
  expect((await system.openeg('start')).code).toBe(0);

  await waitUntil(() => alerts().some((message) => message.shown.join().includes('복구 중의 질문')), {
    deadlineMs: 120_000,
    what: 'what was asked meanwhile is alerted',
  });
  await waitUntil(() => simulator.completions().length === 1, {
    deadlineMs: 180_000,
    what: 'the completion is reported',
  });
  await waitUntil(
    async () => {
      const [row] = await system.database.query<{ open: number }>(
        `SELECT COUNT(*) AS open FROM openeg_entry_tracking WHERE processed_at IS NULL`,
      );
      return Number(row?.open) === 0;
    },
    { deadlineMs: 60_000, what: 'nothing waits' },
  );
  // The two that came after the backup were posted again under the same requestId, and Chat dropped them.
  expect(alerts()).toHaveLength(9);
  expect(simulator.state().chat.offences).toEqual([]);
}, 400_000);
