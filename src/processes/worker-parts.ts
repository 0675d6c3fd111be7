import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { openDatabase, type Database } from '../adapters/database/core/database';
import type { Logger } from '../adapters/logger';
import { createFailureInterceptor } from '../activities/shared/failure-interceptor';
import { createLogKeysInterceptor } from '../activities/shared/log-keys-interceptor';
import { createMetrics, type Metrics } from '../adapters/metrics';
import { createSecretBox, type SecretBox } from '../adapters/secret-box';
import { readConfigWithTemporal } from '../config/config';
import { DATABASE_VARIABLES, databaseOptions } from '../config/database-options';
import type { ScheduleSettings } from '../temporal/schedules';
import { temporalWorkerOptions } from '../temporal/worker-options';

/** Enough, because most of the activities that run at once wait for the LMS or for Chat. */
const DATABASE_CONNECTIONS = 16;

const WORKER_VARIABLES = [
  ...DATABASE_VARIABLES,
  'OPENEG_LMS_BASE_URL',
  'OPENEG_CHAT_WEBHOOK_URL',
  'OPENEG_STATISTICS_WEBHOOK_URL',
  'OPENEG_OPS_WEBHOOK_URL',
  'OPENEG_SLEEP_TIME',
  'OPENEG_MAX_CONCURRENT_REQUESTS',
  'OPENEG_VOD_LOG_ENABLED',
  'OPENEG_COLLECTION_TIME',
  'OPENEG_RETENTION_DAYS',
  'OPENEG_CREDENTIALS_KEY',
  'OPENEG_CREDENTIALS_KEY_OLD',
  'OPENEG_METRICS_HOST',
  'OPENEG_METRICS_PORT',
  'OPENEG_LOG_LEVEL',
] as const;

export type WorkerConfig = ReturnType<typeof readWorkerConfig>;

/** @throws ServiceError CONFIG_INVALID */
export function readWorkerConfig() {
  return readConfigWithTemporal(WORKER_VARIABLES);
}

/** The parts that both roles use. */
export interface WorkerParts {
  config: WorkerConfig;
  logger: Logger;
  metrics: Metrics;
  database: Database;
  secretBox: SecretBox;
  /** Is aborted when the process must stop. */
  until: AbortSignal;
}

/** Opens no connection: pools and clients connect at their first use. */
export function createWorkerParts(config: WorkerConfig, logger: Logger, until: AbortSignal): WorkerParts {
  return {
    config,
    logger,
    metrics: createMetrics(),
    database: openDatabase(databaseOptions(config, DATABASE_CONNECTIONS)),
    secretBox: createSecretBox(config.OPENEG_CREDENTIALS_KEY, config.OPENEG_CREDENTIALS_KEY_OLD),
    until,
  };
}

/** With the connection that the Temporal Workers share. */
export interface ConnectedParts extends WorkerParts {
  connection: NativeConnection;
  /** Uses the same connection. */
  client: Client;
}

export function workerOptions({ config, connection, until }: ConnectedParts) {
  return temporalWorkerOptions(connection, config.temporal.namespace, [
    createLogKeysInterceptor(),
    createFailureInterceptor(() => until.aborted),
  ]);
}

export function scheduleSettings(config: WorkerConfig): ScheduleSettings {
  return {
    collectionTime: config.OPENEG_COLLECTION_TIME,
    erasesOldData: config.OPENEG_RETENTION_DAYS !== undefined,
  };
}
