import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE_DIRECTORY, ROOT } from '../tools/paths';
import { startSimulatorProcess, type SimulatorProcess } from '../tools/simulator-process';
import { startPrivateServers, startSystem, type RunningWorker, type System } from '../tools/system';
import { waitUntil } from '../tools/wait-until';

export interface BenchWorker extends RunningWorker {
  /** The most memory that it ever used, in bytes, counted by the kernel. */
  peakMemoryBytes(): Promise<number>;
}

/**
 * The service as built processes, on a durable database and a durable Temporal server. The simulator is a process too, so
 * that it uses no event loop that is measured.
 */
export interface BenchSystem extends Omit<System, 'startWorker'> {
  temporalAddress: string;
  simulator: SimulatorProcess;
  /** Starts a worker and waits until it is ready. */
  startWorker(...roles: string[]): Promise<BenchWorker>;
}

export interface BenchSystemOptions {
  cohorts: number;
  students: number;
  latencyMs: number;
  environment?: NodeJS.ProcessEnv;
}

export async function startBenchSystem({ environment, ...size }: BenchSystemOptions): Promise<BenchSystem> {
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
    async startWorker(...roles) {
      const worker = await system.startWorker(...roles);
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

async function peakMemoryBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
