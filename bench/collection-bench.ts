import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { CORE_TASK_QUEUE, type NightlyCollectionResult } from '../src/workflows/contract';
import { runBareClient } from './bare-client';
import { startBenchSystem, type BenchSystem } from './bench-system';
import { median, type Results } from './results';

const IN_FLIGHT = 15;
const PAIRS = 3;
const MEBIBYTE = 1024 * 1024;

/** Before the workflow has parsed it. */
interface CollectionRequestInput {
  date: string;
  skIds?: string[];
  dataTypes?: string[];
}

/** Wall time against a bare client with the same requests that stores nothing, and the worker's peak memory. */
export async function collectionBench(results: Results): Promise<void> {
  const small = await measure(results, { cohorts: 20, students: 100, limit: 1.15 });
  const large = await measure(results, { cohorts: 100, students: 100, limit: 1.1 });
  results.add({
    name: 'collection: peak memory, 100 x 100 against 20 x 100',
    value: large / small,
    limit: 1.25,
    unit: 'x',
    detail: `${(large / MEBIBYTE).toFixed(0)} MiB against ${(small / MEBIBYTE).toFixed(0)} MiB`,
  });
  results.add({
    name: 'collection: peak memory of the worker at 100 x 100',
    value: large / 1e6,
    limit: 350,
    unit: 'MB',
    detail: 'VmHWM of one process with both roles',
  });
}

async function measure(
  results: Results,
  { cohorts, students, limit }: { cohorts: number; students: number; limit: number },
): Promise<number> {
  const system = await startBenchSystem({
    cohorts,
    students,
    latencyMs: 20,
    environment: { OPENEG_SLEEP_TIME: '86400' },
  });
  try {
    const accounts = await system.simulator.cohorts();
    // The bare client's log-ins must not end the service's sessions.
    await system.simulator.setKnobs({ lms: { loginRevokesEarlierTokens: false } });
    let peakMemoryBytes = 0;
    const ratios: number[] = [];
    const walls: string[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const date = `2025-02-1${pair}`;
      const bare = await runBareClient({ lmsUrl: system.simulator.lmsUrl, accounts, date, inFlight: IN_FLIGHT });
      // Each pair has a new worker: then client and worker start without a token, and the memory is that of one collection.
      // The worker has collected one cohort before, like at night, because first runs load and compile code.
      const worker = await system.startWorker();
      await collect(system, { date: '2025-01-31', skIds: ['SK001'] });
      await system.simulator.resetCounts();
      const wallMs = await collect(system, { date });
      peakMemoryBytes = Math.max(peakMemoryBytes, await worker.peakMemoryBytes());
      await worker.stop();
      const { lms } = await system.simulator.state();
      const repeated = await system.simulator.repeatedRequests();
      if (repeated.length > cohorts || repeated.some(({ request }) => !request.includes('/auth/login'))) {
        throw new Error(`Asked more than once: ${JSON.stringify(repeated.slice(0, 3))}`);
      }
      if (lms.offences > 0) throw new Error(`${lms.offences} requests above the limit`);
      ratios.push(wallMs / bare.wallMs);
      walls.push(
        `${(wallMs / 1000).toFixed(1)} s / ${(bare.wallMs / 1000).toFixed(1)} s, ${lms.requests} / ${bare.requests} requests`,
      );
    }
    results.add({
      name: `collection: wall time of ${cohorts} x ${students} against a bare client`,
      value: median(ratios),
      limit,
      unit: 'x',
      detail: walls.join('; '),
    });
    return peakMemoryBytes;
  } finally {
    await system.stop();
  }
}

async function collect(system: BenchSystem, request: CollectionRequestInput): Promise<number> {
  const connection = await Connection.connect({ address: system.temporalAddress });
  try {
    const client = new Client({ connection });
    const startedAt = performance.now();
    const result = (await client.workflow.execute('nightlyCollection', {
      taskQueue: CORE_TASK_QUEUE,
      workflowId: `bench-${randomUUID()}`,
      args: [request],
    })) as NightlyCollectionResult;
    if (result.failed > 0) throw new Error(`The collection failed: ${JSON.stringify(result.failures.slice(0, 3))}`);
    return performance.now() - startedAt;
  } finally {
    await connection.close();
  }
}
