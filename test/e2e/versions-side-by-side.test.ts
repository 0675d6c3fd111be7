import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSystem, type RunningProcess, type System } from '../support/system';
import { COLLECTED_TABLES, tableRows } from '../support/table-rows';
import { temporaryDirectory } from '../support/test-run';
import { waitUntil } from '../support/wait-until';

/*
 * During a rollout a worker of the released version and one of today share the task queues, the lease and the database.
 * The released version is built from this repository's history.
 */

const RELEASED = '1c034e2c91af433a611abf1ff2487ca51ec80a14';
const ROOT = join(__dirname, '../..');
const DATE = '2025-01-20';
const run = promisify(execFile);

/** A shallow clone or an archive has no history to build from. */
const hasHistory = spawnSync('git', ['cat-file', '-e', RELEASED], { cwd: ROOT }).status === 0;
const inRepository = hasHistory ? it : it.skip;
if (!hasHistory) process.stderr.write('SKIPPED: this checkout has no history of the released version to build from.\n');

let system: System;
let released: string;

beforeAll(async () => {
  if (!hasHistory) return;
  released = join(temporaryDirectory('released'), 'checkout');
  await mkdir(released);
  const archive = join(released, '..', 'released.tar');
  await run('git', ['archive', '--output', archive, RELEASED], { cwd: ROOT });
  await run('tar', ['-x', '-f', archive, '-C', released]);
  await symlink(join(ROOT, 'node_modules'), join(released, 'node_modules'));
  await run(process.execPath, ['scripts/build.mjs'], { cwd: released });
  system = await startSystem({
    simulator: { cohorts: 3, size: { students: 20 }, knobs: { lms: { latencyMs: 40 } } },
    environment: { OPENEG_SLEEP_TIME: '2' },
  });
}, 300_000);
afterAll(() => system?.stop());

inRepository(
  'finishes every run whichever of the two versions works on it, and today replays what both did',
  async () => {
    const { simulator } = system;
    // The running version goes on working on the schema of the new one.
    expect((await system.openeg('migrate')).code).toBe(0);
    await system.importCohorts();
    const old = await system.startWorkerOf(released);
    expect((await system.openeg('start')).code).toBe(0);
    await ask(1);

    const today = await system.startWorker();
    const collecting = system.openeg('collect', '--date', DATE);
    await ask(2);
    expect({ code: (await collecting).code }).toEqual({ code: 0 });

    // Whoever held the lease goes first, so that both have talked to the LMS; then the old one comes back: a rollback.
    await replace(old, () => system.startWorkerOf(released), 3);
    await replace(today, () => system.startWorker(), 4);

    for (const { skId } of simulator.cohorts()) {
      const expected = simulator.expectedRows(skId, DATE);
      for (const table of COLLECTED_TABLES) {
        const rows = await tableRows(system.database, table, skId, DATE);
        expect({ skId, table, rows }).toEqual({ skId, table, rows: expected[table] });
      }
    }
    expect(alerts()).toHaveLength(12);
    expect(simulator.state().lms.offences).toBe(0);
    await replayAll();
  },
  400_000,
);

const alerts = () => system.simulator.chatMessages().filter((message) => message.space.startsWith('space-'));

/** One more question in each cohort; waits until all asked so far are in Chat. */
async function ask(round: number): Promise<void> {
  for (const { skId } of system.simulator.cohorts()) system.simulator.addInquiry(skId);
  await waitUntil(() => alerts().length === round * 3, { deadlineMs: 120_000, what: `alerts of round ${round}` });
}

async function replace(worker: RunningProcess, start: () => Promise<RunningProcess>, round: number): Promise<void> {
  expect(await worker.stop()).toBe(0);
  await ask(round);
  await start();
}

async function replayAll(): Promise<void> {
  const connection = await Connection.connect({ address: system.temporal.address });
  try {
    const { workflow } = new Client({ connection });
    const workflowBundle = { codePath: join(ROOT, 'dist/workflow-bundle.js') };
    let replayed = 0;
    for await (const { workflowId, runId } of workflow.list()) {
      await Worker.runReplayHistory({ workflowBundle }, await workflow.getHandle(workflowId, runId).fetchHistory());
      replayed += 1;
    }
    // The monitor, the re-runs, a night and its cohorts, deliveries.
    expect(replayed).toBeGreaterThan(7);
  } finally {
    await connection.close();
  }
}
