import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startGuarded, type GuardedProcess } from '../scripts/private-servers/guarded-process';
import { freePort } from '../scripts/private-servers/ports';
import { startDatabase } from '../scripts/private-servers/start-database';
import { startTemporal } from '../scripts/private-servers/start-temporal';
import { openDatabase, type Database } from '../src/adapters/database/core/database';

/** `npm run bench` starts in the project's folder. */
const ROOT = process.cwd();
const CACHE = join(ROOT, '.cache');

export interface BenchWorker extends GuardedProcess {
  metricsUrl: string;
  /** The most memory that it ever used, in bytes, as the kernel counted it. */
  peakMemoryBytes(): Promise<number>;
}

/**
 * The service as built processes on a durable database and a durable Temporal server; the simulator is a process of its
 * own, so that it disturbs nobody's event loop.
 */
export interface BenchSystem {
  database: Database;
  temporalAddress: string;
  lmsUrl: string;
  /** Calls the simulator's control API. */
  control<Answer>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<Answer>;
  startWorker(...roles: string[]): Promise<BenchWorker>;
  startServer(): Promise<GuardedProcess & { url: string }>;
  jwtSecret: string;
  openeg(...parameters: string[]): Promise<string>;
  stop(): Promise<void>;
}

export interface BenchSystemOptions {
  cohorts: number;
  students: number;
  latencyMs: number;
  environment?: NodeJS.ProcessEnv;
}

export async function startBenchSystem(options: BenchSystemOptions): Promise<BenchSystem> {
  await mkdir(CACHE, { recursive: true });
  const directory = await mkdtemp(join(CACHE, 'bench-'));
  const [databaseServer, temporal] = await Promise.all([
    startDatabase({ dataDirectory: join(directory, 'database') }),
    startTemporal({ databaseFile: join(directory, 'temporal.db') }),
  ]);
  const { simulator, addresses } = await startSimulatorProcess(options);
  const jwtSecret = randomBytes(32).toString('hex');
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    OPENEG_YOS_DB_HOST: databaseServer.host,
    OPENEG_YOS_DB_PORT: String(databaseServer.port),
    OPENEG_YOS_DB_USER: databaseServer.user,
    OPENEG_YOS_DB_PASS: databaseServer.password,
    OPENEG_YOS_DB_NAME: 'openeg_bench',
    OPENEG_LMS_BASE_URL: addresses.lmsUrl,
    OPENEG_CHAT_WEBHOOK_URL: `${addresses.chatBaseUrl}/v1/spaces/default/messages?key=simulated-key&token=simulated-token`,
    OPENEG_CREDENTIALS_KEY: randomBytes(32).toString('base64'),
    OPENEG_PROGRESS_JWT_SECRET: jwtSecret,
    OPENEG_LOG_LEVEL: 'warn',
    TEMPORAL_ADDRESS: temporal.address,
    ...options.environment,
  };
  const { host, port, user, password } = databaseServer;
  const server = openDatabase({ host, port, user, password, name: undefined, connectionLimit: 1 });
  await server.execute('CREATE DATABASE openeg_bench CHARACTER SET utf8mb4 COLLATE utf8mb4_bin');
  await server.close();
  const database = openDatabase({ host, port, user, password, name: 'openeg_bench', connectionLimit: 8 });

  const processes: GuardedProcess[] = [simulator];
  const start = (script: string, parameters: string[], extra: NodeJS.ProcessEnv): GuardedProcess => {
    const started = startGuarded({
      command: process.execPath,
      parameters: [join(ROOT, 'dist', script), ...parameters],
      environment: { ...environment, ...extra },
      graceSeconds: 40,
    });
    processes.push(started);
    return started;
  };

  const openeg = async (...parameters: string[]): Promise<string> => {
    const lines: string[] = [];
    const command = startGuarded({
      command: process.execPath,
      parameters: [join(ROOT, 'dist/client.js'), ...parameters],
      environment,
      onLine: (line) => lines.push(line),
    });
    const code = await command.exited;
    if (code !== 0) throw new Error(`openeg ${parameters.join(' ')} ended with ${code}: ${lines.join('\n')}`);
    return lines.join('\n');
  };

  const system: BenchSystem = {
    database,
    temporalAddress: temporal.address,
    lmsUrl: addresses.lmsUrl,
    jwtSecret,
    async control(method, path, body) {
      const response = await fetch(`${addresses.controlUrl}${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return (response.headers.get('content-type')?.includes('json') && text !== '' ? JSON.parse(text) : text) as never;
    },
    async startWorker(...roles) {
      const metricsPort = await freePort();
      const worker = start('worker.js', roles, { OPENEG_METRICS_PORT: String(metricsPort) });
      const metricsUrl = `http://127.0.0.1:${metricsPort}`;
      await answers(`${metricsUrl}/readyz`, worker);
      const pid = await programPid(worker.pid);
      return { ...worker, metricsUrl, peakMemoryBytes: () => peakMemoryBytes(pid) };
    },
    async startServer() {
      const httpPort = await freePort();
      const started = start('server.js', [], { OPENEG_HTTP_PORT: String(httpPort) });
      const url = `http://127.0.0.1:${httpPort}`;
      await answers(`${url}/readyz`, started);
      return { ...started, url };
    },
    openeg,
    async stop() {
      await Promise.all(processes.map((entry) => entry.stop()));
      await database.close();
      await Promise.all([databaseServer.stop(), temporal.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
  await openeg('migrate');
  await importCohorts(system, directory);
  return system;
}

interface Addresses {
  lmsUrl: string;
  chatBaseUrl: string;
  controlUrl: string;
}

async function startSimulatorProcess({ cohorts, students, latencyMs }: BenchSystemOptions) {
  let announce: (addresses: Addresses) => void = () => {};
  const announced = new Promise<Addresses>((resolve) => (announce = resolve));
  const simulator = startGuarded({
    command: process.execPath,
    parameters: [
      join(ROOT, 'dist/simulator/main.js'),
      ...[
        '--port',
        '0',
        '--cohorts',
        String(cohorts),
        '--students',
        String(students),
        '--latency-ms',
        String(latencyMs),
      ],
    ],
    onLine: (line, stream) => {
      if (stream === 'stdout' && line.startsWith('{')) announce(JSON.parse(line) as Addresses);
    },
  });
  const ended = simulator.exited.then(() => {
    throw new Error(`The simulator did not start: ${simulator.lastOutput()}`);
  });
  return { simulator, addresses: await Promise.race([announced, ended]) };
}

async function importCohorts(system: BenchSystem, directory: string): Promise<void> {
  const file = join(directory, 'cohorts.csv');
  await writeFile(file, await system.control<string>('GET', '/control/cohorts.csv'));
  await system.openeg('cohorts', 'import', file);
}

async function answers(url: string, server: GuardedProcess): Promise<void> {
  for (const giveUpAt = performance.now() + 60_000; performance.now() < giveUpAt;) {
    if (!server.running()) throw new Error(`It did not start: ${server.lastOutput()}`);
    if (
      await fetch(url).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} does not answer: ${server.lastOutput()}`);
}

/** The guard's shell is the process that was started; the program is its child that runs node. */
async function programPid(shellPid: number): Promise<number> {
  const children = (await readFile(`/proc/${shellPid}/task/${shellPid}/children`, 'utf8'))
    .trim()
    .split(' ')
    .map(Number);
  for (const pid of children) {
    if ((await readFile(`/proc/${pid}/comm`, 'utf8')).trim().startsWith('node')) return pid;
  }
  throw new Error(`No program runs behind the process ${shellPid}`);
}

async function peakMemoryBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
