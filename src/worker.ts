import { NativeConnection } from '@temporalio/worker';
import { Client } from '@temporalio/client';
import { schemaState } from './adapters/database/schema-state';
import { createLogger } from './adapters/logger';
import { reconcileNightlySchedule } from './apply-nightly-schedule';
import { ServiceError } from './domain/service-error';
import type { HealthPart } from './http/health-routes';
import { runCoreRole } from './processes/core-role';
import { keepTrying } from './processes/keep-trying';
import { runProbeServer } from './processes/probe-server';
import { EXIT, exitOnUnexpected, exitWith, stopSignal } from './processes/process-lifetime';
import { startLmsRole } from './processes/start-lms-role';
import { installTemporalRuntime } from './processes/temporal-runtime';
import { createWorkerParts, readWorkerConfig, type WorkerConfig, type WorkerParts } from './processes/worker-parts';
import { temporalUnavailable } from './temporal-connection';

const ROLES = ['core', 'lms'] as const;
type Role = (typeof ROLES)[number];

/** `node dist/worker.js [core] [lms]`, and `openeg worker`: without roles both. Never returns; the process exits. */
export async function main(words: readonly string[]): Promise<never> {
  const unknown = words.filter((word) => !ROLES.some((role) => role === word));
  if (unknown.length > 0) {
    return exitWith(EXIT.usage, `No such role: ${unknown.join(', ')}. Roles are core and lms; without any, both.`);
  }
  const roles = ROLES.filter((role) => words.length === 0 || words.includes(role));
  let config: WorkerConfig;
  try {
    config = readWorkerConfig();
  } catch (error) {
    if (error instanceof ServiceError) return exitWith(EXIT.configuration, error.message);
    throw error;
  }
  const logger = createLogger(config.OPENEG_LOG_LEVEL);
  exitOnUnexpected(logger);
  await run(createWorkerParts(config, logger, stopSignal(logger)), roles);
  logger.info('Stopped');
  return exitWith(EXIT.done);
}

async function run(parts: WorkerParts, roles: readonly Role[]): Promise<void> {
  const { config, logger, database, metrics, until } = parts;
  const runtime = await installTemporalRuntime(logger);
  let connection: NativeConnection | undefined;
  const states: Partial<Record<Role, string>> = {};

  const temporalPart: HealthPart = {
    required: true,
    probe: async () => {
      if (connection === undefined) throw temporalUnavailable(config.temporal);
      await connection.workflowService.getSystemInfo({}).catch(() => {
        throw temporalUnavailable(config.temporal);
      });
      return 'reachable';
    },
  };
  const rolePart = (role: Role): HealthPart => ({
    required: true,
    probe: async () => {
      const state = states[role];
      if (state === undefined) throw new ServiceError('TEMPORAL_UNAVAILABLE', 'takes no tasks yet');
      return state;
    },
  });
  const probes = runProbeServer({
    host: config.OPENEG_METRICS_HOST,
    port: config.OPENEG_METRICS_PORT,
    parts: {
      database: { required: true, probe: () => schemaState(database) },
      temporal: temporalPart,
      ...Object.fromEntries(roles.map((role) => [role, rolePart(role)])),
    },
    metrics: async () => {
      for (const [state, count] of Object.entries(database.pool())) metrics.databaseConnections.set({ state }, count);
      return `${await metrics.registry.metrics()}\n${await runtime.metrics()}`;
    },
    until,
    logger,
  });

  logger.info({ roles, temporal: config.temporal.address }, 'Starting');
  connection = await keepTrying(() => NativeConnection.connect(config.temporal.connectionOptions), {
    complaint: `Temporal can't be reached at ${config.temporal.address}`,
    until,
    logger,
  });
  if (connection !== undefined) {
    const client = new Client({ connection, namespace: config.temporal.namespace });
    const connected = { ...parts, connection, client };
    const running: Record<Role, () => Promise<void>> = {
      core: async () => {
        const reconciling = keepTrying(() => reconcileNightlySchedule(client.schedule, config.OPENEG_COLLECTION_TIME), {
          complaint: "The nightly Schedule can't be compared with OPENEG_COLLECTION_TIME",
          until,
          logger,
        });
        const working = runCoreRole(connected, (polling) => {
          states.core = polling ? 'takes tasks' : undefined;
        });
        await Promise.all([reconciling, working]);
      },
      lms: () =>
        startLmsRole(connected, (state) => {
          states.lms = state === 'starting' ? undefined : state;
        }),
    };
    await Promise.all(roles.map((role) => running[role]()));
    await connection.close();
  }
  await probes;
  await database.close();
}

if (require.main === module) void main(process.argv.slice(2));
