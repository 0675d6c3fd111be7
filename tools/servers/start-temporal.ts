import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { locateTemporalCli } from './locate-programs';
import { freePort } from './ports';
import { startPrivateServer } from './private-server';

export type PrivateTemporal = Awaited<ReturnType<typeof startTemporal>>;

export interface TemporalOptions {
  /** Keeps data over restarts and kills; default: memory, which a restart forgets. */
  databaseFile?: string;
  /** Wanted for the Web UI, another one when it is taken; default: no Web UI. */
  uiPort?: number | undefined;
  /** Suggests continue-as-new to workflows after so many events; default: the server's 4,096. */
  continueAsNewAfterEvents?: number;
}

/**
 * Starts Temporal's development server on 127.0.0.1.
 * @throws Error when Temporal's CLI is not on this machine, or the server does not start
 */
export async function startTemporal(options: TemporalOptions = {}) {
  const { databaseFile, continueAsNewAfterEvents } = options;
  const command = locateTemporalCli();
  if (command === undefined) throw new Error("Temporal's CLI is not on this machine: npm run setup gets it.");
  if (databaseFile !== undefined) await mkdir(dirname(databaseFile), { recursive: true });
  const uiPort = options.uiPort === undefined ? undefined : await freePort(options.uiPort);
  const settings = [
    // Without it a timer below a second takes a whole one.
    'history.timerProcessorMaxTimeShift="50ms"',
    // By default its one shard reads tasks 20 times a second, and each step of a busy workflow waits for that.
    'history.transferProcessorMaxPollRPS=1000',
    ...(continueAsNewAfterEvents === undefined
      ? []
      : [`limit.historyCount.suggestContinueAsNew=${continueAsNewAfterEvents}`]),
  ];
  const server = await startPrivateServer({
    name: 'Temporal',
    command,
    parameters: (port) => [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'],
      ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
      ...(databaseFile === undefined ? [] : ['--db-filename', databaseFile]),
      ...settings.flatMap((setting) => ['--dynamic-config-value', setting]),
    ],
  });
  return {
    ...server,
    /** Host and port, the same over restarts. */
    address: `127.0.0.1:${server.port}`,
    /** Of its Web UI, when that was asked for. */
    uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`,
  };
}
