'use strict';
const { mkdir } = require('node:fs/promises');
const { dirname } = require('node:path');
const { startGuarded } = require('./guarded-process');
const { locateTemporalCli } = require('./locate-programs');
const { freePort, startOnFreePort, waitForPort } = require('./ports');
const { restartableServer } = require('./restartable-server');

const START_DEADLINE_MS = 60_000;

/**
 * A private Temporal development server; without a database file a restart makes it forget everything.
 * @typedef {object} TemporalAddress
 * @property {string} address host and port, the same over restarts
 * @property {string | undefined} uiUrl of its Web UI, when it was asked for
 *
 * @typedef {TemporalAddress & import('./restartable-server').RestartableServer} PrivateTemporal
 */

/**
 * Starts Temporal's development server on 127.0.0.1.
 * @param {object} [options]
 * @param {string} [options.databaseFile] survives restarts and kills; default: memory
 * @param {number} [options.uiPort] wanted for the Web UI, another one when it is taken; default: no Web UI
 * @param {number} [options.port] default: a free one
 * @param {number} [options.continueAsNewAfterEvents] suggests it to workflows after so many; default: the server's 4,096
 * @returns {Promise<PrivateTemporal>}
 * @throws {Error} when Temporal's CLI is not on this machine, or the server does not start
 */
async function startTemporal({
  databaseFile,
  uiPort: wantedUiPort,
  port: wantedPort,
  continueAsNewAfterEvents: patience,
} = {}) {
  const command = locateTemporalCli();
  if (command === undefined) throw new Error("Temporal's CLI is not on this machine: npm run setup gets it.");
  if (databaseFile !== undefined) await mkdir(dirname(databaseFile), { recursive: true });
  const uiPort = wantedUiPort === undefined ? undefined : await freePort(wantedUiPort);

  const start = async (/** @type {number} */ ownPort) => {
    const started = startGuarded({
      command,
      parameters: [
        ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(ownPort), '--log-level', 'error'],
        ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
        ...(databaseFile === undefined ? [] : ['--db-filename', databaseFile]),
        // Without it a timer below a second takes a whole one.
        ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="50ms"'],
        // It has one shard, which reads its tasks 20 times a second otherwise: every step of a busy workflow would wait.
        ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=1000'],
        ...(patience === undefined
          ? []
          : ['--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${patience}`]),
      ],
    });
    await waitForPort({ name: 'Temporal', port: ownPort, server: started, deadlineMs: START_DEADLINE_MS });
    return started;
  };
  const { port, server } = await startOnFreePort(wantedPort, start);

  return {
    address: `127.0.0.1:${port}`,
    uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`,
    ...restartableServer(server, () => start(port)),
  };
}

module.exports = { startTemporal };
