import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE_DIRECTORY, ROOT } from '../tools/paths';
import { startSimulatorProcess } from '../tools/simulator-process';
import { startPrivateServers, startSystem } from '../tools/system';
import { waitUntil } from '../tools/wait-until';

export type BenchSystem = Awaited<ReturnType<typeof startBenchSystem>>;
export type BenchWorker = Awaited<ReturnType<BenchSystem['startWorker']>>;

/**
 * The service as built processes, on a durable database and a durable Temporal server. The simulator is a process too, so
 * that it uses no event loop that is measured.
 */
export async function startBenchSystem(options: {
  cohorts: number;
  students: number;
  latencyMs: number;
  environment?: NodeJS.ProcessEnv;
}) {
  const { environment, ...size } = options;
  await mkdir(CACHE_DIRECTORY, { recursive: true });
  const directory = await mkdtemp(join(CACHE_DIRECTORY, 'bench-'));
  const [servers, simulator] = await Promise.all([startPrivateServers(directory), startSimulatorProcess(size)]);
  const system = await startSystem({
    directory,
    database: servers.databaseServer,
    schema: 'openeg_bench',
    temporal: { TEMPORAL_ADDRESS: servers.temporal.address },
    simulator,
    environment: {
      OPENEG_OPS_WEBHOOK_URL: '',
      OPENEG_STATISTICS_WEBHOOK_URL: '',
      OPENEG_LOG_LEVEL: 'warn',
      NODE_OPTIONS: await imageNodeOptions(),
      ...environment,
    },
  });
  await system.importCohorts();
  return {
    ...system,
    temporalAddress: servers.temporal.address,
    simulator,
    /** Starts a worker and waits until it is ready. */
    async startWorker() {
      const worker = await system.startWorker();
      await waitUntil(async () => !worker.running() || (await fetch(`${worker.metricsUrl}/readyz`)).ok, {
        deadlineMs: 60_000,
        what: 'the worker is ready',
      });
      return { ...worker, peakMemoryBytes: () => peakMemoryBytes(worker.pid) };
    },
    async stop() {
      await system.stop();
      await simulator.running.stop();
      await servers.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The image's options of Node bound a worker's memory, so the benchmark measures with them. */
async function imageNodeOptions(): Promise<string> {
  const options = /^ENV NODE_OPTIONS="(.+)"$/m.exec(await readFile(join(ROOT, 'Dockerfile'), 'utf8'))?.[1];
  if (options === undefined) throw new Error('The Dockerfile sets no NODE_OPTIONS.');
  return options;
}

/** The most memory that the process ever used, counted by the kernel. */
async function peakMemoryBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
