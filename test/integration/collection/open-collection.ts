import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { randomBytes } from 'node:crypto';
import { createCollectionLmsActivities } from '../../../src/activities/collection/collection-lms-activities';
import type { StallTimeout } from '../../../src/activities/shared/stall-timeout';
import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import { databaseTime, type Database } from '../../../src/adapters/database/core/database';
import type { LmsClient } from '../../../src/adapters/lms/lms-client';
import type { Metrics } from '../../../src/adapters/metrics';
import { createSecretBox, type SecretBox } from '../../../src/adapters/secret-box';
import { DATA_TYPES, type DataType } from '../../../src/domain/collection/data-type';
import type { DatasetOutcome } from '../../../src/domain/collection/dataset-outcome';
import { ServiceError, type ErrorCode } from '../../../src/domain/shared/service-error';
import { createTestDatabase } from '../../support/database';
import { createTestLmsClient } from '../../support/lms-client';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../support/simulator';
import { COLLECTED_TABLES, tableRows } from '../../support/table-rows';

export interface CollectionRun {
  sk_id: string;
  collection_date: string;
  data_type: DataType;
  status: string;
  stored_at: Date | null;
  row_count: number | null;
  started_at: Date;
  finished_at: Date | null;
  error: string | null;
  workflow_id: string;
}

interface CollectOptions {
  requestedAt?: Date;
  environment?: MockActivityEnvironment;
  client?: LmsClient;
  stallTimeout?: () => StallTimeout;
}

/** Database, simulator and the collection's LMS activities, which a test calls like a worker. */
export interface CollectionParts {
  database: Database;
  secretBox: SecretBox;
  simulator: Simulator;
  lms: LmsClient;
  metrics: Metrics;
  /** Collects one data type. Without `requestedAt`, stored data is too old. @throws ServiceError when it is not stored */
  collect(skId: string, date: string, dataType: DataType, options?: CollectOptions): Promise<{ rowCount: number }>;
  /** One try of all four data types at once. */
  collectCohort(skId: string, date: string, options?: CollectOptions): Promise<DatasetOutcome[]>;
  /** The same. @throws Error when a data type fails */
  collectAll(skId: string, date: string): Promise<void>;
  run(skId: string, date: string, dataType: DataType): Promise<CollectionRun | undefined>;
  /** Every collected table of the cohort and date, with every column. */
  stored(skId: string, date: string): Promise<Record<string, unknown>>;
  /** The rows that the LMS has now, calculated by the simulator. */
  expected(skId: string, date: string): Record<string, unknown>;
  close(): Promise<void>;
}

export async function openCollection(options: SimulatorOptions): Promise<CollectionParts> {
  const test = await createTestDatabase();
  const { database } = test;
  const simulator = await startSimulator(options);
  const secretBox = createSecretBox(randomBytes(32));
  const accounts = simulator.cohorts().map(({ skId, cohortName, loginId, password }) => ({
    ...{ skId, cohortName, loginId, password },
    chatWebhookUrl: null,
  }));
  await importCohorts(database, secretBox, accounts);
  const { lms, access, metrics } = createTestLmsClient({ baseUrl: simulator.lmsUrl, database });

  const prepare = async (given: CollectOptions = {}) => ({
    activities: createCollectionLmsActivities({
      ...{ database, secretBox, metrics, lms: given.client ?? lms },
      ...(given.stallTimeout === undefined ? {} : { stallTimeout: given.stallTimeout }),
    }),
    requestedAt: (given.requestedAt ?? (await databaseTime(database))).toISOString(),
    environment: given.environment ?? new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }),
  });
  const collectTypes = async (
    skId: string,
    date: string,
    dataTypes: DataType[],
    given?: CollectOptions,
  ): Promise<DatasetOutcome[]> => {
    const { activities, requestedAt, environment } = await prepare(given);
    return environment.run(activities.collectCohort, { skId, date, dataTypes, requestedAt });
  };
  const collectCohort: CollectionParts['collectCohort'] = (skId, date, given) =>
    collectTypes(skId, date, [...DATA_TYPES], given);

  return {
    ...{ database, secretBox, simulator, lms, metrics, collectCohort },
    async collect(skId, date, dataType, given) {
      const [outcome] = await collectTypes(skId, date, [dataType], given);
      if (outcome?.stored !== true) throw new ServiceError(outcome?.code as ErrorCode, outcome?.message ?? '');
      return { rowCount: outcome.rowCount };
    },
    async collectAll(skId, date) {
      const failed = (await collectCohort(skId, date)).filter(({ stored }) => !stored);
      if (failed.length > 0) throw new Error(`The collection failed: ${JSON.stringify(failed)}`);
    },
    async run(skId, date, dataType) {
      const [run] = await database.query<CollectionRun>(
        'SELECT * FROM openeg_collection_runs WHERE sk_id = ? AND collection_date = ? AND data_type = ?',
        [skId, date, dataType],
      );
      return run;
    },
    async stored(skId, date) {
      const tables = await Promise.all(
        COLLECTED_TABLES.map(async (table) => [table, await tableRows(database, table, skId, date)]),
      );
      return Object.fromEntries(tables) as Record<string, unknown>;
    },
    expected(skId, date) {
      const tables = simulator.expectedRows(skId, date);
      return Object.fromEntries(COLLECTED_TABLES.map((table) => [table, tables[table]]));
    },
    async close() {
      await access.close();
      await simulator.close();
      await test.drop();
    },
  };
}
