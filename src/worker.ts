import { NativeConnection } from '@temporalio/worker';
import { Client } from '@temporalio/client';
import { schemaState } from './adapters/database/schema-state';
import { createLogger, type Logger } from './adapters/logger';
import { reconcileNightlySchedule } from './apply-nightly-schedule';
import { ServiceError } from './domain/service-error';
import type { HealthPart } from './http/health-routes';
import { runCoreRole } from './processes/core-role';
import { describeError, keepTrying } from './processes/keep-trying';
import { runProbeServer } from './processes/probe-server';
import { startLmsRole } from './processes/start-lms-role';
import { installTemporalRuntime } from './processes/temporal-runtime';
import { createWorkerParts, readWorkerConfig, type WorkerConfig, type WorkerParts } from './processes/worker-parts';
import { temporalUnavailable } from './temporal-connection';

const ROLES = ['core', 'lms'] as const;
type Role = (typeof ROLES)[number];

/** Contract section 8: SIGTERM stops a process within 30 s, whatever hangs. */
const LAST_EXIT_MS = 27_000;
const EXIT = { failed: 1, usage: 2, unexpected: 70, configuration: 78 } as const;

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
  return exitWith(0);
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
    const connected = { ...parts, connection };
    const schedules = new Client({ connection, namespace: config.temporal.namespace }).schedule;
    const running: Record<Role, () => Promise<void>> = {
      core: async () => {
        await keepTrying(() => reconcileNightlySchedule(schedules, config.OPENEG_COLLECTION_TIME), {
          complaint: "The nightly Schedule can't be compared with OPENEG_COLLECTION_TIME",
          until,
          logger,
        });
        await runCoreRole(connected, (polling) => {
          states.core = polling ? 'takes tasks' : undefined;
        });
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

/** Aborted by SIGTERM or SIGINT. What hangs then is cut off before an orchestrator would kill the process. */
function stopSignal(logger: Logger): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) return;
      logger.info({ signal: name }, 'Stopping');
      stopping.abort();
      setTimeout(() => {
        logger.error('Something did not end in time; what it did is repeated by another worker');
        exitWith(EXIT.failed);
      }, LAST_EXIT_MS).unref();
    });
  }
  return stopping.signal;
}

/** A process in an unknown state does no more work; whoever watches it starts another. */
function exitOnUnexpected(logger: Logger): void {
  const exit = (error: unknown) => {
    logger.fatal(describeError(error), 'An error that nobody foresaw; the process exits');
    exitWith(EXIT.unexpected);
  };
  process.on('uncaughtException', exit);
  process.on('unhandledRejection', exit);
}

function exitWith(code: number, sentence?: string): never {
  if (sentence !== undefined) process.stderr.write(`${sentence}\n`);
  process.exit(code);
}

if (require.main === module) void main(process.argv.slice(2));
