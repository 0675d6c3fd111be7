import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../src/adapters/database/core/database';
import { migrate } from '../src/adapters/database/core/migrate';
import { DIST, ROOT } from './paths';
import { startGuarded, type GuardedProcess } from './servers/guarded-process';
import { isListening } from './servers/ports';
import { startOnFreePort, waitForPort } from './servers/private-server';
import { startDatabase, type DatabaseAccount } from './servers/start-database';
import { startTemporal } from './servers/start-temporal';
import { waitUntil } from './wait-until';

const DEADLINE_MS = 60_000;
/** The processes end within 30 s of SIGTERM (contract section 8). */
const GRACE_SECONDS = 40;

/** The outside world: the simulator, in this process or its own. */
export interface SystemSimulator {
  lmsUrl: string;
  statisticsUrl: string;
  chatUrl(space: string): string | Promise<string>;
  cohortsCsv(): string | Promise<string>;
}

export interface SystemOptions {
  /** For files. */
  directory: string;
  /** Of a server; the system's schema is made new there. */
  database: DatabaseAccount;
  schema: string;
  /** By which the processes find Temporal. */
  temporal: Record<string, string>;
  simulator: SystemSimulator;
  /** Variables beside those that this module sets; they win. */
  environment?: NodeJS.ProcessEnv;
  /** Called for each line that a process writes. */
  onLine?: (process: 'worker' | 'server', line: string) => void;
}

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export type System = Awaited<ReturnType<typeof startSystem>>;

/** A database server and a Temporal server that belong to one system. */
export async function startPrivateServers(directory: string, uiPort?: number) {
  const temporalFile = join(directory, 'temporal.db');
  const [databaseServer, temporal] = await Promise.all([
    startDatabase({ dataDirectory: join(directory, 'database') }),
    startTemporal({ databaseFile: temporalFile, uiPort }),
  ]);
  return {
    databaseServer,
    temporal,
    temporalFile,
    async stop() {
      await Promise.all([databaseServer.stop(), temporal.stop()]);
    },
  };
}

/** The built service on this machine: makes schema and variables; the caller starts processes one by one. */
export async function startSystem(options: SystemOptions) {
  const { directory, schema, temporal, simulator } = options;
  const { host, port, user, password } = options.database;
  const account = { host, port, user, password };
  const server = openDatabase({ ...account, name: undefined, connectionLimit: 1 });
  await server.execute(`DROP DATABASE IF EXISTS ${schema}`);
  await server.execute(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await server.close();
  const database = openDatabase({ ...account, name: schema, connectionLimit: 10 });
  await migrate(database);

  const variables: Record<string, string> = {
    OPENEG_YOS_DB_HOST: host,
    OPENEG_YOS_DB_PORT: String(port),
    OPENEG_YOS_DB_USER: user,
    OPENEG_YOS_DB_PASS: password,
    OPENEG_YOS_DB_NAME: schema,
    OPENEG_LMS_BASE_URL: simulator.lmsUrl,
    OPENEG_CHAT_WEBHOOK_URL: await simulator.chatUrl('default'),
    OPENEG_OPS_WEBHOOK_URL: await simulator.chatUrl('operators'),
    OPENEG_STATISTICS_WEBHOOK_URL: simulator.statisticsUrl,
    OPENEG_CREDENTIALS_KEY: randomBytes(32).toString('base64'),
    OPENEG_PROGRESS_JWT_SECRET: randomBytes(32).toString('hex'),
    ...temporal,
  };
  Object.assign(variables, options.environment);
  const environment: NodeJS.ProcessEnv = { ...foreignVariables(), OPENEG_METRICS_PORT: '0', ...variables };
  const processes: GuardedProcess[] = [];

  const start = (name: 'worker' | 'server', dist: string, words: readonly string[], extra: NodeJS.ProcessEnv) => {
    const started = startGuarded({
      command: process.execPath,
      parameters: [join(dist, `${name}.js`), ...words],
      environment: { ...environment, ...extra },
      directory: ROOT,
      graceSeconds: GRACE_SECONDS,
      onLine: (line) => options.onLine?.(name, line),
    });
    processes.push(started);
    return started;
  };

  const startWorkerFrom = async (dist: string, roles: readonly string[], extra: NodeJS.ProcessEnv = {}) => {
    const { port: metricsPort, started } = await startOnFreePort(async (free) => {
      const worker = start('worker', dist, roles, { ...extra, OPENEG_METRICS_PORT: String(free) });
      await waitForProbes(worker, free);
      return worker;
    });
    return { ...started, metricsUrl: `http://127.0.0.1:${metricsPort}` };
  };

  const openeg = async (...words: string[]): Promise<CommandResult> => {
    const out = { stdout: [] as string[], stderr: [] as string[] };
    const command = startGuarded({
      command: process.execPath,
      parameters: [join(DIST, 'client.js'), ...words],
      environment,
      directory: ROOT,
      onLine: (line, stream) => out[stream].push(line),
    });
    processes.push(command);
    const code = await command.exited;
    return { code, stdout: out.stdout.join('\n'), stderr: out.stderr.join('\n') };
  };

  const openegOrFail = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await openeg(...words);
    if (code !== 0) throw new Error(`openeg ${words.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };

  return {
    /** The system's schema, migrated. */
    database,
    /** The service's own variables. */
    variables,
    /** Of each process and command that starts later: `variables` and this process's other variables. */
    environment,
    /** Starts `node dist/worker.js ROLES…`, and waits until it serves its probes or ends. */
    startWorker: (...roles: string[]) => startWorkerFrom(DIST, roles),
    /** Starts a worker with other variables than the rest of the system. */
    startWorkerWith: (extra: NodeJS.ProcessEnv, ...roles: string[]) => startWorkerFrom(DIST, roles, extra),
    /** Starts the worker of another built checkout. */
    startWorkerOf: (checkout: string) => startWorkerFrom(join(checkout, 'dist'), []),
    /** Starts `node dist/server.js` on this port, or a free one, and waits until it answers. */
    async startServer(wanted?: number) {
      const { port: httpPort, started } = await startOnFreePort(async (free) => {
        const running = start('server', DIST, [], { OPENEG_HTTP_PORT: String(free) });
        await waitForPort('The server', free, running);
        return running;
      }, wanted);
      const url = `http://127.0.0.1:${httpPort}`;
      await waitUntil(async () => (await fetch(`${url}/livez`)).ok, {
        deadlineMs: DEADLINE_MS,
        what: 'the server answers',
      });
      return { ...started, url };
    },
    /** Runs `openeg` to its end. */
    openeg,
    /** Runs `openeg` and returns its output. @throws Error when it fails */
    openegOrFail,
    async importCohorts(): Promise<void> {
      const file = join(directory, 'cohorts.csv');
      await writeFile(file, await simulator.cohortsCsv(), { mode: 0o600 });
      await openegOrFail('cohorts', 'import', file);
    },
    /** Lines of all processes and commands so far, also of ended ones. */
    output: () => processes.flatMap(({ lines }) => lines),
    /** Stops worker, server and the connection to the database. */
    async stop(): Promise<void> {
      await Promise.all(processes.map((each) => each.stop()));
      await database.close();
    },
  };
}

/** A worker continues without probes when its port is taken. When it ends, its caller finds that out. */
async function waitForProbes(worker: GuardedProcess, port: number): Promise<void> {
  const isTaken = () => worker.lines.some((line) => line.includes('the port is taken'));
  await waitUntil(() => !worker.running() || isTaken() || isListening('127.0.0.1', port), {
    deadlineMs: DEADLINE_MS,
    what: 'the worker serves its probes',
  });
  if (!isTaken()) return;
  await worker.stop();
  throw new Error(`Another process took port ${port} before the worker did.`);
}

/** Variables of an installation on this machine must not reach the system. */
function foreignVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OPENEG|TEMPORAL)_/.test(name)));
}
