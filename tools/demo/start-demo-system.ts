import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startGuarded } from '../private-servers/guarded-process.js';
import { freePort } from '../private-servers/ports.js';
import { createSimulatorControl } from './simulator-control.mjs';
import { startDemoServers } from './start-demo-servers.mjs';
import { waitFor } from './wait-for.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const DIST = join(ROOT, 'dist');
const HTTP_PORT = 8080;
const COHORTS = 3;
const STUDENTS = 30;
const LATENCY_MS = 20;
/** A cohort is checked this often, so that nobody waits a minute for something to see. */
const SLEEP_SECONDS = 5;
const READY_MS = 60_000;
/** The processes drain within 30 s of SIGTERM (contract section 8). */
const GRACE_SECONDS = 35;

/**
 * The whole system on this machine.
 * @typedef {object} DemoSystem
 * @property {import('./simulator-control.mjs').SimulatorControl} simulator
 * @property {Record<string, string>} variables of the service's processes
 * @property {{ ui: string | undefined, chat: string, http: string, metrics: string }} urls
 * @property {number} latencyMs of the simulated LMS
 * @property {boolean} givenTemporal
 * @property {(...words: string[]) => Promise<{ code: number | null, output: string }>} openeg runs a command to its end
 * @property {Promise<string>} broken resolves, with a sentence, when a process ends that should not
 */

/**
 * Starts everything, imports the cohorts and starts the inquiry check. What was started when this fails is ended by
 * `stopAllGuarded`.
 * @param {object} options
 * @param {string} options.directory of the demo's files
 * @param {NodeJS.ProcessEnv} options.environment
 * @param {(line: string) => void} options.say
 * @returns {Promise<DemoSystem>}
 */
export async function startDemoSystem({ directory, environment, say }) {
  say('Starting database, Temporal and the simulated LMS, Google Chat and statistics server …');
  const [servers, simulated] = await Promise.all([startDemoServers(directory, environment), startSimulator()]);
  const simulator = createSimulatorControl(simulated.controlUrl);
  const [httpPort, metricsPort] = await Promise.all([freePort(HTTP_PORT), freePort()]);
  const variables = {
    ...servers.variables,
    OPENEG_LMS_BASE_URL: simulated.lmsUrl,
    OPENEG_CHAT_WEBHOOK_URL: await simulator.webhook('default'),
    OPENEG_OPS_WEBHOOK_URL: await simulator.webhook('operators'),
    OPENEG_STATISTICS_WEBHOOK_URL: simulated.statisticsUrl,
    OPENEG_SLEEP_TIME: String(SLEEP_SECONDS),
    OPENEG_CREDENTIALS_KEY: randomBytes(32).toString('base64'),
    OPENEG_PROGRESS_JWT_SECRET: randomBytes(32).toString('hex'),
    OPENEG_HTTP_PORT: String(httpPort),
    OPENEG_METRICS_PORT: String(metricsPort),
  };
  const service = serviceStarter(directory, { ...withoutOwnVariables(environment), ...variables });

  say(`Importing ${COHORTS} cohorts of ${STUDENTS} students, each with a Chat space of its own …`);
  await service.mustDo('migrate');
  const accounts = join(directory, 'accounts.csv');
  await writeFile(accounts, await simulator.cohortsCsv(), { mode: 0o600 });
  await service.mustDo('cohorts', 'import', accounts);
  if (servers.givenTemporal) await service.openeg('stop');

  say('Starting worker and HTTP server …');
  const urls = {
    ui: servers.uiUrl,
    chat: simulated.chatPageUrl,
    http: `http://127.0.0.1:${httpPort}`,
    metrics: `http://127.0.0.1:${metricsPort}/metrics`,
  };
  const broken = Promise.race([
    service.run('worker', `http://127.0.0.1:${metricsPort}/readyz`),
    service.run('server', `${urls.http}/readyz`),
    simulated.broken,
  ]);
  await Promise.race([service.ready(), broken.then((sentence) => Promise.reject(new Error(sentence)))]);
  await service.mustDo('start');

  const { givenTemporal } = servers;
  return { simulator, variables, urls, latencyMs: LATENCY_MS, givenTemporal, openeg: service.openeg, broken };
}

/**
 * @returns {Promise<{ lmsUrl: string, statisticsUrl: string, controlUrl: string, chatPageUrl: string, broken: Promise<string> }>}
 */
function startSimulator() {
  const flags = { port: 0, cohorts: COHORTS, students: STUDENTS, 'latency-ms': LATENCY_MS };
  return new Promise((resolve, reject) => {
    const simulator = startGuarded({
      command: process.execPath,
      parameters: [
        join(DIST, 'simulator', 'main.js'),
        ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
      ],
      // Its first line names its addresses.
      onLine: (line, stream) => stream === 'stdout' && resolve({ ...JSON.parse(line), broken }),
    });
    const broken = simulator.exited.then(() => `The simulator ended. ${simulator.lastOutput()}`);
    broken.then((sentence) => reject(new Error(sentence)), reject);
  });
}

/**
 * @param {string} directory
 * @param {NodeJS.ProcessEnv} environment
 */
function serviceStarter(directory, environment) {
  /** @type {Promise<unknown>[]} */
  const answers = [];

  /** @type {DemoSystem['openeg']} */
  const openeg = async (...words) => {
    const command = startGuarded({
      command: process.execPath,
      parameters: [join(DIST, 'client.js'), ...words],
      environment,
      directory: ROOT,
    });
    const code = await command.exited;
    return { code, output: command.lastOutput() };
  };

  return {
    openeg,
    /** @param {string[]} words @throws {Error} with what the command said, when it failed */
    async mustDo(...words) {
      const { code, output } = await openeg(...words);
      if (code !== 0) throw new Error(`openeg ${words.join(' ')} failed: ${output}`);
    },
    /**
     * Starts one of the two processes; it writes into a log file.
     * @param {'worker' | 'server'} name
     * @param {string} readyUrl
     * @returns {Promise<string>} resolves when it ends
     */
    async run(name, readyUrl) {
      const logFile = join(directory, `${name}.log`);
      const log = createWriteStream(logFile);
      const running = startGuarded({
        command: process.execPath,
        parameters: [join(DIST, `${name}.js`)],
        environment,
        directory: ROOT,
        graceSeconds: GRACE_SECONDS,
        onLine: (line) => log.write(`${line}\n`),
      });
      answers.push(
        waitFor(`the ${name} is ready (its log: ${logFile})`, READY_MS, async () => (await fetch(readyUrl)).ok),
      );
      await running.exited;
      log.end();
      return `The ${name} ended. Its last lines:\n${running.lastOutput()}\nThe whole log: ${logFile}`;
    },
    ready: () => Promise.all(answers),
  };
}

/**
 * Variables of an installation of somebody's own must not reach the demo.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
function withoutOwnVariables(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(OPENEG|TEMPORAL)_/.test(name)));
}
