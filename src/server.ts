import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { join } from 'node:path';
import { openDatabase, type Database } from './adapters/database/core/database';
import { schemaState } from './adapters/database/core/migrate';
import { createLogger, type Logger } from './adapters/logger';
import { createMetrics, startProgressAtZero } from './adapters/metrics';
import { readConfigWithTemporal } from './config/config';
import { DATABASE_VARIABLES, databaseOptions } from './config/database-options';
import { EXIT_CODES } from './domain/operations/exit-codes';
import { ServiceError } from './domain/shared/service-error';
import { createHttpServer } from './http/create-http-server';
import { exitOnUnexpected, exitWith, stopSignal } from './processes/process-lifetime';
import {
  createCompletionReportStarter,
  type CompletionReportStarter,
} from './processes/sweeps/completion-report-starter';
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

/** A save uses a connection for some milliseconds. More connections would only wait for the disk. */
const DATABASE_CONNECTIONS = 16;
/** Short, because a page that gets 503 tries again by itself. */
const STATEMENT_TIMEOUT_MS = 3_000;
const TEMPORAL_TIMEOUT_MS = 5_000;
/** Longer than the time after which a call is answered 503. */
const MAX_CALL_MS = 8_000;
/** `npm run build` writes the page and the tracker there, beside this file. */
const LECTURE_PAGE = join(__dirname, 'lecture-page');

type ServerConfig = ReturnType<typeof readServerConfig>;

interface ServerParts {
  config: ServerConfig;
  logger: Logger;
  database: Database;
  temporal: TemporalSession;
  reports: CompletionReportStarter;
}

/**
 * Runs the HTTP server (contract sections 7 and 9) for `node dist/server.js` and `openeg server`, until SIGTERM or SIGINT.
 * It then answers the calls that are under way. It never returns: the process exits.
 */
export async function main(): Promise<never> {
  const config = readServerConfig();
  const logger = createLogger(config.OPENEG_LOG_LEVEL);
  exitOnUnexpected(logger);
  const until = stopSignal(logger);

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
  const app = await createServer({ config, logger, database, temporal, reports });
  await listen(app, config);
  logger.info({ addresses: app.addresses() }, 'Listening');
  const sweeping = reports.sweep(until);

  if (!until.aborted) await once(until, 'abort');
  await closeServer(app);
  await Promise.all([sweeping, reports.drained()]);
  await Promise.all([database.close(), temporal.close()]);
  logger.info('Stopped');
  return exitWith(EXIT_CODES.done);
}

/** Exits with code 78 if a variable is wrong (contract section 4). */
function readServerConfig() {
  try {
    return readConfigWithTemporal(SERVER_VARIABLES);
  } catch (error) {
    if (error instanceof ServiceError) return exitWith(EXIT_CODES.configuration, error.message);
    throw error;
  }
}

async function createServer({ config, logger, database, temporal, reports }: ServerParts): Promise<FastifyInstance> {
  const metrics = createMetrics();
  startProgressAtZero(metrics);
  return createHttpServer({
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
        temporal: { required: false, probe: () => temporalState(temporal) },
      },
      metrics: () => {
        for (const [state, count] of Object.entries(database.pool())) metrics.databaseConnections.set({ state }, count);
        return metrics.registry.metrics();
      },
    },
    lecturePageDirectory: LECTURE_PAGE,
  });
}

/** Exits with code 1 if the port is taken or not allowed. */
async function listen(app: FastifyInstance, config: ServerConfig): Promise<void> {
  const { OPENEG_HTTP_HOST: host, OPENEG_HTTP_PORT: port } = config;
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    exitWith(
      EXIT_CODES.failed,
      `Can't listen on ${host}:${port} (${code}): end what has it, or set OPENEG_HTTP_HOST and OPENEG_HTTP_PORT.`,
    );
  }
}

/** Browsers open connections in advance and send nothing. They are ended when every call has its answer. */
async function closeServer(app: FastifyInstance): Promise<void> {
  const lastConnections = setTimeout(() => app.server.closeAllConnections(), MAX_CALL_MS);
  await app.close();
  clearTimeout(lastConnections);
}

async function temporalState({ client, connection }: TemporalSession): Promise<string> {
  try {
    await client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, () => connection.workflowService.getSystemInfo({}));
    return 'reachable';
  } catch {
    throw new ServiceError('TEMPORAL_UNAVAILABLE', "can't be reached; saves go on, reports of completions wait");
  }
}

if (require.main === module) void main();
