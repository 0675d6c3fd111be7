import { once } from 'node:events';
import { join } from 'node:path';
import { openDatabase } from './adapters/database/core/database';
import { schemaState } from './adapters/database/core/migrate';
import { createLogger } from './adapters/logger';
import { createMetrics, startProgressAtZero } from './adapters/metrics';
import { readConfigWithTemporal } from './config/config';
import { DATABASE_VARIABLES, databaseOptions } from './config/database-options';
import { EXIT_CODES } from './domain/operations/exit-codes';
import { ServiceError } from './domain/shared/service-error';
import { createHttpServer } from './http/create-http-server';
import { lecturePage } from './http/pages/lecture-page';
import { exitOnUnexpected, exitWith, stopSignal } from './processes/process-lifetime';
import { createCompletionReportStarter } from './processes/sweeps/completion-report-starter';
import { temporalClient, type TemporalSession } from './temporal/connection';
import { startCompletionReport } from './temporal/start-workflows';

const SERVER_VARIABLES = [
  ...DATABASE_VARIABLES,
  'OPENEG_PROGRESS_JWT_SECRET',
  'OPENEG_PROGRESS_ALLOWED_ORIGINS',
  'OPENEG_PROGRESS_MAX_PLAYBACK_RATE',
  'OPENEG_HTTP_HOST',
  'OPENEG_HTTP_PORT',
  'OPENEG_LOG_LEVEL',
] as const;

/** A save takes some milliseconds of a connection: more connections than this would only wait for the disk. */
const DATABASE_CONNECTIONS = 16;
/** A page tries again by itself, so it is told soon that the database does not answer. */
const STATEMENT_TIMEOUT_MS = 3_000;
const TEMPORAL_TIMEOUT_MS = 5_000;
/** More than a call may take before it is answered 503. */
const LONGEST_CALL_MS = 8_000;
/** Beside this file once it is built: `npm run build` puts the page and the tracker together there. */
const LECTURE_PAGE = join(__dirname, 'lecture-page');

type ServerConfig = ReturnType<typeof readServerConfig>;

function readServerConfig() {
  return readConfigWithTemporal(SERVER_VARIABLES);
}

/**
 * `node dist/server.js`, and `openeg server`: the HTTP server (contract sections 7 and 9) until SIGTERM or SIGINT, when
 * calls that are under way are still answered. Never returns; the process exits.
 */
export async function main(): Promise<never> {
  let config: ServerConfig;
  try {
    config = readServerConfig();
  } catch (error) {
    if (error instanceof ServiceError) return exitWith(EXIT_CODES.configuration, error.message);
    throw error;
  }
  const logger = createLogger(config.OPENEG_LOG_LEVEL);
  exitOnUnexpected(logger);
  const until = stopSignal(logger);

  const metrics = createMetrics();
  startProgressAtZero(metrics);
  const database = openDatabase({
    ...databaseOptions(config, DATABASE_CONNECTIONS),
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const temporal = temporalClient(config.temporal);
  const reports = createCompletionReportStarter({
    database,
    logger,
    startReport: (completionId) => startCompletionReport(temporal.client, completionId),
  });
  const app = await createHttpServer({
    database,
    metrics,
    logger,
    jwtSecret: config.OPENEG_PROGRESS_JWT_SECRET,
    allowedOrigins: config.OPENEG_PROGRESS_ALLOWED_ORIGINS,
    rules: { maxPlaybackRate: config.OPENEG_PROGRESS_MAX_PLAYBACK_RATE },
    onCompleted: reports.start,
    health: {
      parts: {
        database: { required: true, probe: () => schemaState(database) },
        temporal: { required: false, probe: () => askTemporal(temporal) },
      },
      metrics: () => {
        for (const [state, count] of Object.entries(database.pool())) metrics.databaseConnections.set({ state }, count);
        return metrics.registry.metrics();
      },
    },
  });
  await app.register(lecturePage, { assetsDirectory: LECTURE_PAGE });

  const { OPENEG_HTTP_HOST: host, OPENEG_HTTP_PORT: port } = config;
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return exitWith(
      EXIT_CODES.failed,
      `Can't listen on ${host}:${port} (${code}): end what has it, or set OPENEG_HTTP_HOST and OPENEG_HTTP_PORT.`,
    );
  }
  logger.info({ addresses: app.addresses() }, 'Listening');
  const sweeping = reports.sweep(until);

  if (!until.aborted) await once(until, 'abort');
  // Connections over which nothing ever came, as browsers open them ahead, are ended when every call has been answered.
  const lastConnections = setTimeout(() => app.server.closeAllConnections(), LONGEST_CALL_MS);
  await app.close();
  clearTimeout(lastConnections);
  await Promise.all([sweeping, reports.drained()]);
  await Promise.all([database.close(), temporal.close()]);
  logger.info('Stopped');
  return exitWith(EXIT_CODES.done);
}

async function askTemporal({ client, connection }: TemporalSession): Promise<string> {
  try {
    await client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, () => connection.workflowService.getSystemInfo({}));
    return 'reachable';
  } catch {
    throw new ServiceError('TEMPORAL_UNAVAILABLE', "can't be reached; saves go on, reports of completions wait");
  }
}

if (require.main === module) void main();
