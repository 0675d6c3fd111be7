import { CancelledFailure, Context } from '@temporalio/activity';
import { loadAccounts } from '../../adapters/database/accounts/cohorts';
import { failRun } from '../../adapters/database/collection/collection-runs';
import { startRuns, storeDataset } from '../../adapters/database/collection/store-dataset';
import type { Database } from '../../adapters/database/core/database';
import type { LmsAccount, LmsCallOptions, LmsClient } from '../../adapters/lms/lms-client';
import type { Metrics } from '../../adapters/metrics';
import type { SecretBox } from '../../adapters/secret-box';
import type { DataType } from '../../domain/collection/data-type';
import type { DatasetOutcome } from '../../domain/collection/dataset-outcome';
import type { LearningDate } from '../../domain/shared/learning-date';
import { loggableError } from '../../domain/shared/loggable-error';
import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';
import { parseInput } from '../shared/parse-input';
import { createStallTimeout, type StallTimeout } from '../shared/stall-timeout';
import { withHeartbeat } from '../shared/with-heartbeat';
import { collectCohortInputSchema, type CollectCohortInput } from './collection-inputs';
import { readDataset, type DatasetSource } from './datasets/read-dataset';
import { createSiblingReadings } from './datasets/sibling-readings';

export interface CollectionLmsDependencies {
  database: Database;
  secretBox: SecretBox;
  lms: LmsClient;
  metrics: Metrics;
  /** Makes the stall timeout of one cohort. */
  stallTimeout?: () => StallTimeout;
}

interface CohortRequest {
  skId: string;
  date: LearningDate;
  dataTypes: readonly DataType[];
  /** Data that was read at or after this instant is new enough. */
  requestedAt: Date;
}

/**
 * Six cohorts share the slots, and each has its own patience: one that the LMS keeps waiting must not hold up the others.
 * At the slowest answers of contract section 1 (5 s) a cohort waits 180 s between two of its turns at most.
 */
const TIMEOUTS = { stallMs: 200_000, totalMs: 55 * 60_000 };

/** Activities of the collection that talk to the LMS. Their names stand in Temporal's histories. */
export function createCollectionLmsActivities(dependencies: CollectionLmsDependencies) {
  const { stallTimeout = () => createStallTimeout(TIMEOUTS) } = dependencies;
  return {
    /**
     * Tries each data type of one cohort for one date once, side by side, each stored whole or not at all. A failure is a
     * value in the result, and is recorded with its reason. A repeated call does not ask for what an earlier one stored.
     * @throws ServiceError DATABASE_UNAVAILABLE, LMS_LEASE_LOST: the try is repeated, perhaps by another process
     */
    async collectCohort(input: CollectCohortInput): Promise<DatasetOutcome[]> {
      const request = parseInput(collectCohortInputSchema, input);
      return withHeartbeat((cancelled) =>
        stallTimeout().run(request.skId, cancelled, (signal, onProgress) =>
          collectDataTypes(dependencies, request, { signal, onProgress }),
        ),
      );
    },
  };
}

export type CollectionLmsActivities = ReturnType<typeof createCollectionLmsActivities>;

/** Tries every data type to its end, whatever becomes of the others. */
async function collectDataTypes(
  dependencies: CollectionLmsDependencies,
  request: CohortRequest,
  options: LmsCallOptions,
): Promise<DatasetOutcome[]> {
  const { database, lms } = dependencies;
  const { skId, date, dataTypes } = request;
  const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
  const { readAt, newEnough } = await startRuns(database, { ...request, workflowId });
  const siblings = createSiblingReadings(dataTypes.filter((dataType) => !newEnough.has(dataType)));
  const account = newEnough.size === dataTypes.length ? undefined : loadAccount(dependencies, skId);
  // Each data type awaits it, and none does where all are new enough.
  account?.catch(() => undefined);
  const interruptions: unknown[] = [];
  const outcomes = await Promise.all(
    dataTypes.map(async (dataType): Promise<DatasetOutcome> => {
      const reading = newEnough.get(dataType);
      if (account === undefined || reading !== undefined) {
        return { dataType, stored: true, rowCount: reading?.rowCount ?? 0 };
      }
      try {
        const source = { lms, account: await account, date, options, siblings };
        return {
          dataType,
          stored: true,
          rowCount: await collect(dependencies, dataType, source, { readAt, workflowId }),
        };
      } catch (error) {
        if (isInterruption(error)) interruptions.push(error);
        return { dataType, stored: false, rowCount: 0, ...reasonOf(error) };
      }
    }),
  );
  if (interruptions.length > 0) throw interruptions[0];
  for (const { dataType, stored, message = '' } of outcomes) {
    if (stored) continue;
    await failRun(database, { skId, date, dataType }, workflowId, message);
    dependencies.metrics.collections.inc({ data_type: dataType, outcome: 'failed' });
    Context.current().log.warn('A dataset was not stored', { dataType, reason: message });
  }
  return outcomes;
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

/**
 * Whether the collection goes on elsewhere or later: another process has the lease, the worker stops, or the activity was
 * paused or reset. Only a request to cancel ends it.
 */
function isInterruption(error: unknown): boolean {
  const context = Context.current();
  if (error instanceof CancelledFailure) return context.cancellationDetails?.cancelRequested !== true;
  return error instanceof ServiceError && error.code === 'LMS_LEASE_LOST';
}

function reasonOf(error: unknown): { code: ErrorCode; message: string } {
  if (error instanceof CancelledFailure) {
    return { code: 'COLLECTION_CANCELLED', message: 'It was cancelled before it ended.' };
  }
  if (error instanceof ServiceError) return { code: error.code, message: error.message };
  Context.current().log.error('A collection failed in a way that nobody foresaw', loggableError(error));
  return {
    code: 'UNEXPECTED',
    message: 'An error that nobody foresaw: the log of the worker says where it was thrown.',
  };
}

async function loadAccount({ database, secretBox }: CollectionLmsDependencies, skId: string): Promise<LmsAccount> {
  const account = (await loadAccounts(database, secretBox, [skId])).get(skId);
  if (account === undefined) throw new ServiceError('COHORT_UNKNOWN', `No cohort ${skId} was imported.`);
  if (account instanceof ServiceError) throw account;
  return account;
}
