import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startGuarded, type GuardedProcess } from '../../scripts/private-servers/guarded-process';
import { locateTemporalCli } from '../../scripts/private-servers/locate-programs';
import { isListening, startOnFreePort, waitForPort } from '../../scripts/private-servers/ports';
import type { PrivateDatabase } from '../../scripts/private-servers/start-database';
import { startTemporal, type PrivateTemporal } from '../../scripts/private-servers/start-temporal';
import type { Database } from '../../src/adapters/database/core/database';
import type { Simulator, SimulatorOptions } from '../../simulator/simulator';
import { startSimulator } from '../../simulator/start-simulator';
import { createTestDatabase, startOwnDatabaseServer } from './database';
import { temporaryDirectory } from './test-run';
import { waitUntil } from './wait-until';

const run = promisify(execFile);
const ROOT = join(__dirname, '../..');

export interface RunningProcess extends GuardedProcess {
  /** Everything that it wrote so far, line by line. */
  lines: string[];
}

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The whole service as built processes, on servers that belong to one test and may be killed and restarted. */
export interface System {
  databaseServer: PrivateDatabase;
  database: Database;
  temporal: PrivateTemporal;
  simulator: Simulator;
  environment: NodeJS.ProcessEnv;
  /** Starts `node dist/worker.js ROLES…` with a metrics port of its own. */
  startWorker(...roles: string[]): Promise<RunningProcess & { metricsUrl: string }>;
  /** The same of another built checkout, with both roles. */
  startWorkerOf(checkout: string): Promise<RunningProcess & { metricsUrl: string }>;
  /** Starts `node dist/server.js`. */
  startServer(): Promise<RunningProcess & { url: string }>;
  /** Runs `openeg` to its end. */
  openeg(...parameters: string[]): Promise<CommandResult>;
  /** Runs Temporal's own CLI; answers what it printed, rejects when it failed. */
  temporalCli(...parameters: string[]): Promise<string>;
  /** Imports every cohort that the simulator has. */
  importCohorts(): Promise<void>;
  /** Starts Temporal again on the same address with an empty database; it must have been stopped. */
  forgetTemporal(): Promise<void>;
  /** Lines of all processes and commands so far, ended ones included. */
  output(): string[];
  stop(): Promise<void>;
}

export interface SystemOptions {
  simulator?: SimulatorOptions;
  /** Variables beside those that point to the servers. */
  environment?: NodeJS.ProcessEnv;
  uiPort?: number;
}

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const directory = temporaryDirectory('system');
  const temporalFile = join(directory, 'temporal.db');
  const [databaseServer, temporal, simulator] = await Promise.all([
    startOwnDatabaseServer(),
    startTemporal({
      databaseFile: temporalFile,
      ...(options.uiPort ? { uiPort: options.uiPort } : {}),
    }),
    startSimulator(options.simulator),
  ]);
  const testDatabase = await createTestDatabase(databaseServer);
  const environment: NodeJS.ProcessEnv = {
    ...inherited(),
    OPENEG_YOS_DB_HOST: databaseServer.host,
    OPENEG_YOS_DB_PORT: String(databaseServer.port),
    OPENEG_YOS_DB_USER: databaseServer.user,
    OPENEG_YOS_DB_PASS: databaseServer.password,
    OPENEG_YOS_DB_NAME: testDatabase.options.name,
    OPENEG_LMS_BASE_URL: simulator.lmsUrl,
    OPENEG_CHAT_WEBHOOK_URL: simulator.chatUrl('default'),
    OPENEG_OPS_WEBHOOK_URL: simulator.chatUrl('operators'),
    OPENEG_STATISTICS_WEBHOOK_URL: simulator.statisticsUrl,
    OPENEG_CREDENTIALS_KEY: randomBytes(32).toString('base64'),
    OPENEG_PROGRESS_JWT_SECRET: randomBytes(32).toString('hex'),
    OPENEG_METRICS_PORT: '0',
    TEMPORAL_ADDRESS: temporal.address,
    ...options.environment,
  };
  const processes: RunningProcess[] = [];
  const commandLines: string[] = [];

  const start = (parameters: string[], extra: NodeJS.ProcessEnv = {}): RunningProcess => {
    const lines: string[] = [];
    const running = startGuarded({
      command: process.execPath,
      parameters,
      environment: { ...environment, ...extra },
      directory: ROOT,
      graceSeconds: 40,
      onLine: (line) => lines.push(line),
    });
    const entry = { ...running, lines };
    processes.push(entry);
    return entry;
  };

  const startWorker = async (checkout: string, roles: readonly string[]) => {
    const { port, server } = await startOnFreePort(undefined, async (ownPort) => {
      const worker = start([join(checkout, 'dist/worker.js'), ...roles], { OPENEG_METRICS_PORT: String(ownPort) });
      await hasItsPort(worker, ownPort);
      return worker;
    });
    return { ...server, metricsUrl: `http://127.0.0.1:${port}` };
  };

  const openeg = async (...parameters: string[]): Promise<CommandResult> => {
    const out = { stdout: [] as string[], stderr: [] as string[] };
    const command = startGuarded({
      command: process.execPath,
      parameters: [join(ROOT, 'dist/client.js'), ...parameters],
      environment,
      directory: ROOT,
      onLine: (line, stream) => out[stream].push(line),
    });
    const code = await command.exited;
    commandLines.push(...out.stdout, ...out.stderr);
    return { code, stdout: out.stdout.join('\n'), stderr: out.stderr.join('\n') };
  };

  return {
    databaseServer,
    database: testDatabase.database,
    temporal,
    simulator,
    environment,
    startWorker: (...roles) => startWorker(ROOT, roles),
    startWorkerOf: (checkout) => startWorker(checkout, []),
    async startServer() {
      const { port, server } = await startOnFreePort(undefined, async (ownPort) => {
        const started = start([join(ROOT, 'dist/server.js')], { OPENEG_HTTP_PORT: String(ownPort) });
        await waitForPort({ name: 'The server', port: ownPort, server: started, deadlineMs: 60_000 });
        return started;
      });
      const url = `http://127.0.0.1:${port}`;
      await waitUntil(async () => (await fetch(`${url}/livez`)).ok, { deadlineMs: 60_000, what: 'the server answers' });
      return { ...server, url };
    },
    openeg,
    async temporalCli(...parameters) {
      const { stdout } = await run(locateTemporalCli()!, [...parameters, '--address', temporal.address]);
      return stdout;
    },
    async importCohorts() {
      const file = join(directory, 'cohorts.csv');
      await writeFile(file, simulator.cohortsCsv());
      const result = await openeg('cohorts', 'import', file);
      if (result.code !== 0) throw new Error(`The import failed: ${result.stderr}`);
    },
    async forgetTemporal() {
      await rm(temporalFile, { force: true });
      await Promise.all(['-wal', '-shm'].map((suffix) => rm(`${temporalFile}${suffix}`, { force: true })));
      await temporal.restart();
    },
    output: () => [...commandLines, ...processes.flatMap((entry) => entry.lines)],
    async stop() {
      await Promise.all(processes.map((entry) => entry.stop()));
      await testDatabase.database.close();
      await Promise.all([simulator.close(), temporal.stop(), databaseServer.stop()]);
    },
  };
}

/** A worker goes on without probes while its port is taken. One that ends, ends as its test expects or notices. */
async function hasItsPort(worker: RunningProcess, port: number): Promise<void> {
  const isTaken = () => worker.lines.some((line) => line.includes('the port is taken'));
  await waitUntil(() => !worker.running() || isTaken() || isListening('127.0.0.1', port), {
    deadlineMs: 60_000,
    what: 'the worker serves its probes',
  });
  if (!isTaken()) return;
  await worker.stop();
  throw new Error(`Another process took port ${port} before the worker did.`);
}

/** The service's own variables of whoever runs the tests must not reach the tested processes. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('OPENEG_') && !name.startsWith('TEMPORAL_')),
  );
}
