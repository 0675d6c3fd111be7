import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { GuardedProcess } from '../servers/guarded-process';
import { freePort } from '../servers/ports';
import { startDatabase, type DatabaseAccount } from '../servers/start-database';
import { startTemporal } from '../servers/start-temporal';
import { startSimulatorProcess } from '../simulator-process';
import { startSystem } from '../system';
import { waitUntil } from '../wait-until';
import { prepareGivenNamespace } from './prepare-given-namespace';

const UI_PORT = 8233;
const HTTP_PORT = 8080;
/** On somebody's own servers the demo changes nothing else. */
const DEMO_SCHEMA = 'openeg_demo';
const DEMO_NAMESPACE = 'openeg-demo';
const COHORTS = 3;
const STUDENTS = 30;
const LATENCY_MS = 20;
/** Shorter than the default of 60: alerts come soon. */
const SLEEP_SECONDS = 5;
const READY_MS = 60_000;

export type DemoSystem = Awaited<ReturnType<typeof startDemoSystem>>;

/**
 * Starts everything, imports the cohorts and starts the inquiry check, on the servers that the variables name or on
 * private ones. When this fails, `stopAllGuarded` ends what was started.
 */
export async function startDemoSystem(options: {
  directory: string;
  given: NodeJS.ProcessEnv;
  say: (line: string) => void;
}) {
  const { directory, given, say } = options;
  say('Starting database, Temporal and the simulated LMS, Google Chat and statistics server …');
  const [database, temporal, simulator] = await Promise.all([
    givenDatabase(given) ?? startDatabase({ dataDirectory: join(directory, 'database') }),
    given.TEMPORAL_ADDRESS ? givenTemporal(given) : privateTemporal(directory),
    startSimulatorProcess({ cohorts: COHORTS, students: STUDENTS, latencyMs: LATENCY_MS }),
  ]);
  const logs = {
    worker: createWriteStream(join(directory, 'worker.log')),
    server: createWriteStream(join(directory, 'server.log')),
  };
  const system = await startSystem({
    directory,
    database,
    schema: DEMO_SCHEMA,
    temporal: temporal.variables,
    simulator,
    environment: { OPENEG_SLEEP_TIME: String(SLEEP_SECONDS) },
    onLine: (name, line) => logs[name].write(`${line}\n`),
  });

  say(`Importing ${COHORTS} cohorts of ${STUDENTS} students, each with a Chat space of its own …`);
  await system.importCohorts();
  const isTemporalGiven = Boolean(given.TEMPORAL_ADDRESS);
  if (isTemporalGiven) await system.openeg('stop');

  say('Starting worker and HTTP server …');
  const [worker, server] = await Promise.all([system.startWorker(), system.startServer(await freePort(HTTP_PORT))]);
  const broken = Promise.race([
    ended('worker', worker, directory),
    ended('server', server, directory),
    ended('simulator', simulator.running, directory),
  ]);
  const ready = [`${worker.metricsUrl}/readyz`, `${server.url}/readyz`].map((url) =>
    waitUntil(async () => (await fetch(url)).ok, { deadlineMs: READY_MS, what: url }),
  );
  await Promise.race([Promise.all(ready), broken.then((sentence) => Promise.reject(new Error(sentence)))]);
  await system.openegOrFail('start');

  return {
    ...system,
    simulator,
    urls: { ui: temporal.uiUrl, http: server.url, metrics: `${worker.metricsUrl}/metrics` },
    /** Of the simulated LMS. */
    latencyMs: LATENCY_MS,
    /** Whether Temporal is somebody's server, which stays when the demo ends. */
    isTemporalGiven,
    /** Resolves with a sentence when a process ends too early. */
    broken,
  };
}

function givenDatabase(given: NodeJS.ProcessEnv): DatabaseAccount | undefined {
  if (!given.OPENEG_YOS_DB_HOST) return undefined;
  return {
    host: given.OPENEG_YOS_DB_HOST,
    port: Number(given.OPENEG_YOS_DB_PORT ?? 3306),
    user: given.OPENEG_YOS_DB_USER ?? '',
    password: given.OPENEG_YOS_DB_PASS ?? '',
  };
}

interface DemoTemporal {
  variables: Record<string, string>;
  /** Of the Web UI, where the demo has its own. */
  uiUrl: string | undefined;
}

async function privateTemporal(directory: string): Promise<DemoTemporal> {
  const { address, uiUrl } = await startTemporal({ databaseFile: join(directory, 'temporal.db'), uiPort: UI_PORT });
  return { variables: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default' }, uiUrl };
}

async function givenTemporal(given: NodeJS.ProcessEnv): Promise<DemoTemporal> {
  const own = Object.entries(given).filter(([name, value]) => name.startsWith('TEMPORAL_') && value);
  const variables = { ...(Object.fromEntries(own) as Record<string, string>), TEMPORAL_NAMESPACE: DEMO_NAMESPACE };
  await prepareGivenNamespace(variables);
  return { variables, uiUrl: undefined };
}

/** Resolves with a sentence when the process ends. */
async function ended(name: string, running: GuardedProcess, directory: string): Promise<string> {
  await running.exited;
  return `The ${name} ended. Its last lines:\n${running.lastOutput()}\nLogs are in ${directory}.`;
}
