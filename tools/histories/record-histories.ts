import { Client, Connection } from '@temporalio/client';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KnobsPatch } from '../../simulator/knobs';
import { build } from '../build';
import { CACHE_DIRECTORY, ROOT } from '../paths';
import { stopAllGuarded } from '../servers/guarded-process';
import { locateTemporalCli } from '../servers/locate-programs';
import { runCommand } from '../servers/run-command';
import { startDatabase } from '../servers/start-database';
import { startTemporal } from '../servers/start-temporal';
import { startSimulatorProcess } from '../simulator-process';
import { startSystem } from '../system';
import { waitUntil } from '../wait-until';

const HISTORIES = join(ROOT, 'test/replay/histories');
const DATE = '2025-01-20';
/** So few that a collection of a dozen cohorts continues as new in each of its passes. */
const CONTINUE_AFTER_EVENTS = 70;

/**
 * `npm run histories`: runs a night and a re-run of a range, in which the LMS fails, and keeps the histories of their
 * workflows for test/replay. Takes about three minutes.
 */
export async function recordHistories(): Promise<void> {
  const directory = join(CACHE_DIRECTORY, 'histories');
  await rm(directory, { recursive: true, force: true });
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  await build();
  try {
    const [database, temporal, simulator] = await Promise.all([
      startDatabase({ dataDirectory: join(directory, 'database') }),
      startTemporal({ continueAsNewAfterEvents: CONTINUE_AFTER_EVENTS }),
      startSimulatorProcess({ cohorts: 12, students: 5, latencyMs: 5 }),
    ]);
    const system = await startSystem({
      ...{ directory, database, simulator, schema: 'openeg_histories' },
      temporal: { TEMPORAL_ADDRESS: temporal.address },
    });
    await system.importCohorts();
    await system.startWorker();
    await system.openegOrFail('start');
    const client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
    const keep = (name: string, run: { workflowId: string; runId?: string }) =>
      keepHistory(temporal.address, `${name}-${version}.json`, run);
    const told = async () => (await simulator.statisticsCalls()).length;
    const runsOf = async (query: string) => {
      const runs = [];
      for await (const { workflowId, runId, status, startTime } of client.workflow.list({ query })) {
        runs.push({ workflowId, runId, isDone: status.name === 'COMPLETED', startTime });
      }
      return runs.toSorted((one, other) => one.startTime.getTime() - other.startTime.getTime());
    };

    await system.database.execute("UPDATE openeg_gather_town_info SET login_secret = 'x' WHERE sk_id = 'SK003'");
    const failing: KnobsPatch = {
      lms: { faults: [{ fault: 'status', status: 500, operations: ['getRoadmap'], cohorts: ['SK001', 'SK002'] }] },
    };
    await simulator.setKnobs(failing);
    const rerun = system.openeg('collect', '--date', DATE, '--to', '2025-01-21');
    await waitUntil(async () => (await told()) > 2, { deadlineMs: 120_000, what: 'the first pass of the re-run' });
    await keep('cohort-collection-failed', { workflowId: `collection/${DATE}/SK001` });
    await simulator.setKnobs({ lms: { faults: [] } });
    await rerun;
    const rerunRuns = await runsOf("WorkflowId STARTS_WITH 'collection-rerun/'");
    await keep('nightly-collection-range', rerunRuns[0]!);
    await keep('nightly-collection-range-end', rerunRuns.at(-1)!);
    await keep('collection-reruns-range', { workflowId: 'collection-reruns' });
    await keep('cohort-collection', { workflowId: `collection/${DATE}/SK004` });

    const toldBefore = await told();
    await simulator.setKnobs(failing);
    await client.schedule.getHandle('nightly-collection').trigger();
    await waitUntil(async () => (await told()) > toldBefore, {
      deadlineMs: 120_000,
      what: 'the first pass of the night',
    });
    await simulator.setKnobs({ lms: { faults: [] } });
    const nightRuns = await waitUntil(
      async () => {
        const runs = await runsOf("WorkflowId STARTS_WITH 'nightly-collection'");
        return runs.at(-1)?.isDone === true && runs;
      },
      { deadlineMs: 300_000, what: 'the end of the night' },
    );
    await keep('nightly-collection', nightRuns[0]!);
    await keep('nightly-collection-end', nightRuns.at(-1)!);
    await client.connection.close();
    await system.stop();
  } finally {
    await stopAllGuarded();
  }
}

/** Without stack traces and names of machines, which differ with each recording. */
async function keepHistory(
  address: string,
  file: string,
  { workflowId, runId }: { workflowId: string; runId?: string },
): Promise<void> {
  const words = ['workflow', 'show', '--workflow-id', workflowId, '--output', 'json', '--address', address];
  const shown = await runCommand(locateTemporalCli()!, runId === undefined ? words : [...words, '--run-id', runId]);
  const history: unknown = JSON.parse(shown, (key, value: unknown) => (key === 'stackTrace' ? '' : value));
  // The identity of a process also begins the name of its sticky task queue.
  const text = JSON.stringify(history, null, 2).replaceAll(/\d+@[\w.-]+?(?=-[0-9a-f]{32}|")/g, 'worker');
  await writeFile(join(HISTORIES, file), `${text}\n`);
}
