import { setTimeout as sleep } from 'node:timers/promises';
import { createProgressClient, type ProgressClient } from '../support/progress-client';
import { startSystem, type RunningProcess, type System } from '../support/system';
import { COLLECTED_TABLES, tableRows } from '../support/table-rows';
import { waitUntil } from '../support/wait-until';

/* A deployment on a working day: alerts, a collection and saves go on while every process is replaced by a new one. */

const COHORTS = 5;
const QUESTIONS_EACH = 12;
const MEMBERS = 30;
const PIECES = 25;
const PIECE_MS = 20_000;
const DATE = '2025-01-20';

let system: System;

beforeAll(async () => {
  system = await startSystem({
    simulator: { cohorts: COHORTS, size: { students: 40 }, knobs: { lms: { latencyMs: 60, jitterMs: 40 } } },
    environment: { OPENEG_SLEEP_TIME: '2' },
  });
  expect((await system.openeg('migrate')).code).toBe(0);
  await system.importCohorts();
});
afterAll(() => system?.stop());

it('loses and doubles nothing when every process is replaced under load', async () => {
  const { simulator } = system;
  const workers: RunningProcess[] = [await system.startWorker(), await system.startWorker()];
  const servers = [await system.startServer(), await system.startServer()];
  expect((await system.openeg('start')).code).toBe(0);

  const clients = Array.from({ length: MEMBERS }, (_, index) =>
    createProgressClient({
      // As a balancer does it: whichever server is there.
      url: () => servers.filter((server) => server.running())[index % 2]?.url ?? servers[0]!.url,
      secret: system.environment.OPENEG_PROGRESS_JWT_SECRET!,
      lesson: { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'unlisted', memberNo: `M${index}` },
      lengthMs: PIECES * PIECE_MS,
    }),
  );
  await Promise.all(clients.map((client) => client.open()));
  for (const table of ['openeg_progress_members', 'openeg_video_progress']) {
    await system.database.execute(`UPDATE ${table} SET last_call_at = last_call_at - INTERVAL 15 MINUTE`);
  }

  const asking = ask();
  const saving = Promise.all(clients.map(watch));
  const collecting = system.openeg('collect', '--date', DATE);
  for (let index = 0; index < 2; index++) {
    await sleep(2_000);
    const [oldWorker, oldServer] = [workers[index]!, servers[index]!];
    workers[index] = await system.startWorker();
    servers[index] = await system.startServer();
    // Told to stop, each ends by itself with nothing left undone.
    expect(await Promise.all([oldWorker.stop(), oldServer.stop()])).toEqual([0, 0]);
  }
  const [result] = await Promise.all([collecting, asking, saving]);

  expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 0 });
  for (const { skId } of simulator.cohorts()) {
    const expected = simulator.expectedRows(skId, DATE);
    for (const table of COLLECTED_TABLES) {
      expect({ skId, table, rows: await tableRows(system.database, table, skId, DATE) }).toEqual({
        skId,
        table,
        rows: expected[table],
      });
    }
  }

  const alerts = () => simulator.chatMessages().filter((message) => message.space.startsWith('space-'));
  await waitUntil(() => alerts().length >= COHORTS * QUESTIONS_EACH, { deadlineMs: 120_000, what: 'all alerts' });
  expect(alerts()).toHaveLength(COHORTS * QUESTIONS_EACH);
  expect(new Set(alerts().map((message) => message.requestId)).size).toBe(COHORTS * QUESTIONS_EACH);

  const rows = await system.database.query<{ credit: number; completed: number; members: number }>(
    `SELECT completion_video_time AS credit, completed, COUNT(*) AS members FROM openeg_video_progress GROUP BY 1, 2`,
  );
  expect(rows.map((row) => ({ ...row }))).toEqual([{ credit: PIECES * PIECE_MS, completed: 1, members: MEMBERS }]);
  await waitUntil(() => simulator.completions().length === MEMBERS, {
    deadlineMs: 120_000,
    what: 'each completion is at the LMS',
  });

  const { lms } = simulator.state();
  expect(lms.offences).toBe(0);
  expect(lms.peakInFlight).toBeLessThanOrEqual(15);
}, 400_000);

async function ask(): Promise<void> {
  for (let round = 0; round < QUESTIONS_EACH; round++) {
    for (const { skId } of system.simulator.cohorts()) system.simulator.addInquiry(skId);
    await sleep(1_200);
  }
}

async function watch(client: ProgressClient): Promise<void> {
  for (let piece = 0; piece < PIECES; piece++) {
    await client.save([piece * PIECE_MS, (piece + 1) * PIECE_MS]);
    await sleep(Math.random() * 800);
  }
}
