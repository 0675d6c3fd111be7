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
 * During a rollout a worker of the version before and one of today share the task queues, the lease and the database. The
 * version before is built from this repository's history.
 */

/** The first commit whose nights are passes. No version before it ran anywhere. */
const COMMIT_BEFORE = '6ce45c4dc74a285557cbdb5264cce706cf128962';
/** Not `npm run build`: it would install that version's packages over today's. */
const BUILD = `
  const { transformFileSync } = require('@swc/core');
  require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file).code, file);
  require('./tools/build.ts').build();
`;
const ROOT = join(__dirname, '../..');
const DATE = '2025-01-20';
const run = promisify(execFile);

/** A shallow clone or an archive has no history. */
const hasHistory = spawnSync('git', ['cat-file', '-e', COMMIT_BEFORE], { cwd: ROOT }).status === 0;
const inRepository = hasHistory ? it : it.skip;
if (!hasHistory) process.stderr.write('SKIPPED: this checkout has no history to build the version before from.\n');

let system: System;
let before: string;

beforeAll(async () => {
  if (!hasHistory) return;
  before = join(temporaryDirectory('before'), 'checkout');
  await mkdir(before);
  const archive = join(before, '..', 'before.tar');
  await run('git', ['archive', '--output', archive, COMMIT_BEFORE], { cwd: ROOT });
  await run('tar', ['-x', '-f', archive, '-C', before]);
  await symlink(join(ROOT, 'node_modules'), join(before, 'node_modules'));
  await run(process.execPath, ['--eval', BUILD], { cwd: before });
  system = await startSystem({
    simulator: { cohorts: 3, size: { students: 20 }, knobs: { lms: { latencyMs: 40 } } },
    environment: { OPENEG_SLEEP_TIME: '2' },
  });
}, 300_000);
afterAll(() => system?.stop());

inRepository(
  "both versions finish each other's runs, and today's code replays the histories of both",
  async () => {
    const { simulator } = system;
    // The version before works on the schema of today.
    expect((await system.openeg('migrate')).code).toBe(0);
    await system.importCohorts();
    const old = await system.startWorkerOf(before);
    expect((await system.openeg('start')).code).toBe(0);
    await ask(1);

    const today = await system.startWorker();
    const collecting = system.openeg('collect', '--date', DATE);
    await ask(2);
    expect({ code: (await collecting).code }).toEqual({ code: 0 });

    // The old worker owns the lease, so it stops first: then both have talked to the LMS. Its return is a rollback.
    await replace(old, () => system.startWorkerOf(before), 3);
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

/** Adds an inquiry to each cohort and waits until all inquiries so far are in Chat. */
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
