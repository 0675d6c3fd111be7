import { CancelledFailure, Context } from '@temporalio/activity';
import { loadAccounts } from '../../adapters/database/accounts/cohorts';
import { startRuns, storeDataset } from '../../adapters/database/collection/store-dataset';
import type { Database } from '../../adapters/database/core/database';
import type { LmsAccount, LmsClient } from '../../adapters/lms/lms-client';
import type { Metrics } from '../../adapters/metrics';
import type { SecretBox } from '../../adapters/secret-box';
import type { DataType } from '../../domain/collection/data-type';
import type { LearningDate } from '../../domain/shared/learning-date';
import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';
import { parseInput } from '../shared/parse-input';
import { withBackoff } from './with-backoff';
import { withHeartbeat } from '../shared/with-heartbeat';
import {
  collectCohortInputSchema,
  collectDatasetInputSchema,
  type CollectCohortInput,
  type CollectDatasetInput,
} from './collection-inputs';
import { readDataset, type DatasetSource } from './datasets/read-dataset';
import { createSiblingReadings } from './datasets/sibling-readings';

export interface CollectionLmsDependencies {
  database: Database;
  secretBox: SecretBox;
  lms: LmsClient;
  metrics: Metrics;
}

/** The result of one try of one data type. The fields stand in Temporal's histories. */
export type DatasetOutcome =
  | { dataType: DataType; stored: true; rowCount: number }
  | {
      dataType: DataType;
      stored: false;
      code: string;
      message: string;
      /** The wait before the next try; null when no other try can help. */
      againInMs: number | null;
    };

interface CohortRequest {
  skId: string;
  date: LearningDate;
  dataTypes: readonly DataType[];
  /** Data that was read at or after this instant is new enough. */
  requestedAt: Date;
}

/** Of tries that failed. A killed try is repeated at once, by Temporal's retry policy. */
const BACKOFF = { firstMs: 3_000, longestMs: 120_000 };

/** Activities of the collection that talk to the LMS. Their names stand in Temporal's histories. */
export function createCollectionLmsActivities(dependencies: CollectionLmsDependencies) {
  return {
    /**
     * Collects the data types of one cohort for one date side by side, each stored whole or not at all. A data type's
     * failure is a value in the result, so that it can be tried again alone. A repeated call does not ask for what an
     * earlier one stored.
     * @throws ServiceError COHORT_UNKNOWN, COHORT_INACTIVE, CREDENTIALS_UNREADABLE, DATABASE_UNAVAILABLE, LMS_LEASE_LOST,
     *   and a failure that all data types share and that no other try can help
     */
    async collectCohort(input: CollectCohortInput): Promise<DatasetOutcome[]> {
      const request = parseInput(collectCohortInputSchema, input);
      const tries = await tryDataTypes(dependencies, request);
      const failure = sharedFailure(tries);
      if (failure !== undefined) throw failure;
      return tries.map(({ dataType, rowCount, error }) =>
        error === undefined
          ? { dataType, stored: true, rowCount }
          : { dataType, stored: false, ...describeFailedTry(error) },
      );
    },

    /**
     * Collects one data type that failed before.
     * @throws ServiceError as LmsClient does; LMS_EMPTY_ROSTER; COHORT_UNKNOWN, COHORT_INACTIVE,
     *   CREDENTIALS_UNREADABLE; DATABASE_UNAVAILABLE, DATABASE_REJECTED
     */
    async collectDataset(input: CollectDatasetInput): Promise<{ rowCount: number }> {
      const { dataType, ...request } = parseInput(collectDatasetInputSchema, input);
      const [only] = await tryDataTypes(dependencies, { ...request, dataTypes: [dataType] });
      if (only?.error !== undefined) throw only.error;
      return { rowCount: only?.rowCount ?? 0 };
    },
  };
}

export type CollectionLmsActivities = ReturnType<typeof createCollectionLmsActivities>;

interface DatasetTry {
  dataType: DataType;
  rowCount: number;
  error?: unknown;
}

/** Tries every data type to its end, whatever becomes of the others. */
function tryDataTypes(dependencies: CollectionLmsDependencies, request: CohortRequest): Promise<DatasetTry[]> {
  return withHeartbeat(async (signal) => {
    const { database, secretBox, lms } = dependencies;
    const { skId, date, dataTypes } = request;
    const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
    const { readAt, newEnough } = await startRuns(database, { ...request, workflowId });
    const siblings = createSiblingReadings(dataTypes.filter((dataType) => !newEnough.has(dataType)));
    const account = newEnough.size === dataTypes.length ? undefined : await loadAccount(database, secretBox, skId);
    return Promise.all(
      dataTypes.map(async (dataType): Promise<DatasetTry> => {
        const reading = newEnough.get(dataType);
        if (account === undefined || reading !== undefined) return { dataType, rowCount: reading?.rowCount ?? 0 };
        const source = { lms, account, date, options: { signal }, siblings };
        try {
          return { dataType, rowCount: await collect(dependencies, dataType, source, { readAt, workflowId }) };
        } catch (error) {
          return { dataType, rowCount: 0, error: withBackoff(error, BACKOFF) };
        }
      }),
    );
  }).catch((error: unknown) => {
    throw withBackoff(error, BACKOFF);
  });
}

/** Reads and stores one data type. Returns the number of stored rows. */
async function collect(
  { database, metrics }: CollectionLmsDependencies,
  dataType: DataType,
  source: DatasetSource,
  { readAt, workflowId }: { readAt: Date; workflowId: string },
): Promise<number> {
  const tables = await readDataset(database, dataType, source);
  const key = { skId: source.account.skId, dataType, date: source.date };
  const { reading, isSuperseded } = await storeDataset(database, { key, readAt, workflowId }, tables);
  metrics.collections.inc({ data_type: dataType, outcome: 'stored' });
  if (!isSuperseded) metrics.rowsStored.inc({ data_type: dataType }, reading.rowCount);
  Context.current().log.info('Collected', { dataType, rowCount: reading.rowCount, superseded: isSuperseded });
  return reading.rowCount;
}

/** The failure of the whole activity: an interruption, or one reason (a refused account) that fails all types for good. */
function sharedFailure(tries: readonly DatasetTry[]): unknown {
  const errors = tries.flatMap(({ error }) => error ?? []);
  const interruption = errors.find(isInterruption);
  if (interruption !== undefined) return interruption;
  const [first] = errors;
  const isSharedForGood = errors.every(
    (error) =>
      error instanceof ServiceError && !isMendedByTime(error) && error.message === (first as ServiceError).message,
  );
  return isSharedForGood && errors.length === tries.length ? first : undefined;
}

/** The collection goes on elsewhere or later: another process has the lease, the worker stops, the activity is paused. */
function isInterruption(error: unknown): boolean {
  if (error instanceof CancelledFailure) return error.message !== 'CANCELLED';
  return error instanceof ServiceError && error.code === 'LMS_LEASE_LOST';
}

/** The failed try as the workflow gets it. */
export function describeFailedTry(error: unknown): { code: ErrorCode; message: string; againInMs: number | null } {
  if (error instanceof CancelledFailure) {
    return { code: 'COLLECTION_CANCELLED', message: 'It was cancelled before it ended.', againInMs: null };
  }
  // `collectDataset` fails with it in the next try, and the failure interceptor then logs where it was thrown.
  if (!(error instanceof ServiceError)) {
    return { code: 'UNEXPECTED', message: 'An error that nobody foresaw.', againInMs: BACKOFF.firstMs };
  }
  const { code, message, retryAfterMs = 0 } = error;
  return { code, message, againInMs: isMendedByTime(error) ? retryAfterMs : null };
}

/** Within the time of one collection. */
function isMendedByTime({ code, retryable }: ServiceError): boolean {
  return retryable && !LASTING.has(code);
}

const LASTING: ReadonlySet<ErrorCode> = new Set([
  ...(['LMS_ACCOUNT_REFUSED', 'LMS_ACCOUNT_HELD', 'LMS_REJECTED', 'LMS_BAD_PAGE', 'LMS_EMPTY_ROSTER'] as const),
]);

async function loadAccount(database: Database, secretBox: SecretBox, skId: string): Promise<LmsAccount> {
  const account = (await loadAccounts(database, secretBox, [skId])).get(skId);
  if (account === undefined) throw new ServiceError('COHORT_UNKNOWN', `No cohort ${skId} was imported.`);
  if (account instanceof ServiceError) throw account;
  return account;
}
