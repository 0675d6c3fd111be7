import { NativeConnection } from '@temporalio/worker';
import { Client } from '@temporalio/client';
import { schemaState } from './adapters/database/core/migrate';
import { createLogger } from './adapters/logger';
import { recordErasureWanted } from './adapters/database/operations/service-state';
import { retryUntilAborted } from './adapters/shared/until-aborted';
import { EXIT_CODES } from './domain/operations/exit-codes';
import { ServiceError } from './domain/shared/service-error';
import { runCoreRole } from './processes/core-role';
import { runProbeServer } from './processes/probe-server';
import { exitOnUnexpected, exitWith, stopSignal } from './processes/process-lifetime';
import { logOutages } from './processes/log-outages';
import { startLmsRole } from './processes/start-lms-role';
import { nightPlan, startWatchdog } from './processes/start-watchdog';
import { installTemporalRuntime } from './temporal/runtime';
import { updateSchedules } from './temporal/schedules';
import { throwWithReason } from './temporal/temporal-error';
import { createWorkerHealth, type Role, type WorkerHealth } from './processes/worker-health';
import {
  createWorkerParts,
  readWorkerConfig,
  scheduleSettings,
  type ConnectedParts,
  type WorkerConfig,
  type WorkerParts,
} from './processes/worker-parts';
import { collectGauges } from './monitoring/gauges';

const ROLES: readonly Role[] = ['core', 'lms'];

/** `node dist/worker.js [core] [lms]` and `openeg worker`. The default is both roles. Never returns: the process exits. */
export async function main(words: readonly string[]): Promise<never> {
  const unknown = words.filter((word) => !ROLES.some((role) => role === word));
  if (unknown.length > 0) {
    return exitWith(
      EXIT_CODES.usage,
      `No such role: ${unknown.join(', ')}. Roles are core and lms; without any, both.`,
    );
  }
  const roles = ROLES.filter((role) => words.length === 0 || words.includes(role));
  let config: WorkerConfig;
  try {
    config = readWorkerConfig();
  } catch (error) {
    if (error instanceof ServiceError) return exitWith(EXIT_CODES.configuration, error.message);
    throw error;
  }
  const logger = createLogger(config.OPENEG_LOG_LEVEL);
  exitOnUnexpected(logger);
  await run(createWorkerParts(config, logger, stopSignal(logger)), roles);
  logger.info('Stopped');
  return exitWith(EXIT_CODES.done);
}

async function run(parts: WorkerParts, roles: readonly Role[]): Promise<void> {
  const { config, logger, database, until } = parts;
  const runtime = await installTemporalRuntime(logger);
  const health = createWorkerHealth(parts, roles);
  let client: Client | undefined;
  const background = [
    runProbeServer({
      host: config.OPENEG_METRICS_HOST,
      port: config.OPENEG_METRICS_PORT,
      parts: health.parts,
      metrics: async () => `${await ownMetrics(parts)}\n${await runtime.metrics()}`,
      until,
      logger,
    }),
    logOutages({ what: 'The database', probe: () => schemaState(database), until, logger }),
  ];
  if (roles.includes('core')) background.push(startWatchdog(parts, () => client));

  logger.info({ roles, temporal: config.temporal.address }, 'Starting');
  const connection = await retryUntilAborted(
    () => NativeConnection.connect(config.temporal.connectionOptions).catch(throwWithReason),
    {
      complaint: `Temporal can't be reached at ${config.temporal.address}`,
      until,
      logger,
    },
  );
  if (connection !== undefined) {
    health.connected(connection);
    background.push(logOutages({ what: 'Temporal', probe: health.askTemporal, until, logger }));
    client = new Client({ connection, namespace: config.temporal.namespace });
    await runRoles({ ...parts, connection, client }, roles, health);
  }
  await Promise.all(background);
  await connection?.close();
  await database.close();
}

async function runRoles(parts: ConnectedParts, roles: readonly Role[], health: WorkerHealth): Promise<void> {
  const runners: Record<Role, () => Promise<unknown>> = {
    core: () =>
      Promise.all([
        runCoreRole(parts, (isPolling) => health.setRole('core', isPolling ? 'takes tasks' : undefined)),
        bringSchedulesUpToDate(parts),
      ]),
    lms: () =>
      startLmsRole(parts, health.askTemporal, (state) =>
        health.setRole('lms', state === 'starting' ? undefined : state),
      ),
  };
  await Promise.all(roles.map((role) => runners[role]()));
}

/** A changed OPENEG_COLLECTION_TIME or OPENEG_RETENTION_DAYS takes effect at the worker's start. */
async function bringSchedulesUpToDate({ config, client, database, until, logger }: ConnectedParts): Promise<void> {
  const update = async () => {
    await recordErasureWanted(database, config.OPENEG_RETENTION_DAYS !== undefined);
    await updateSchedules(client.schedule, scheduleSettings(config));
  };
  await retryUntilAborted(update, {
    complaint: "The Schedules can't be compared with OPENEG_COLLECTION_TIME and OPENEG_RETENTION_DAYS",
    until,
    logger,
  });
}

async function ownMetrics({ config, metrics, database }: WorkerParts): Promise<string> {
  await collectGauges(database, metrics, nightPlan(config));
  for (const [state, count] of Object.entries(database.pool())) metrics.databaseConnections.set({ state }, count);
  return metrics.registry.metrics();
}

if (require.main === module) void main(process.argv.slice(2));
