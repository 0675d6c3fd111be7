import { CancelledFailure, Context } from '@temporalio/activity';
import { loadAccounts } from '../../adapters/database/accounts/cohorts';
import type { Database } from '../../adapters/database/core/database';
import { beginRuns, storeDataset } from '../../adapters/database/collection/store-dataset';
import { ownTurn } from '../../adapters/shared/event-loop-turns';
import type { LmsAccount, LmsClient } from '../../adapters/lms/lms-client';
import type { Metrics } from '../../adapters/metrics';
import type { SecretBox } from '../../adapters/secret-box';
import {
  collectCohortInputSchema,
  collectDatasetInputSchema,
  type CollectCohortInput,
  type CollectDatasetInput,
} from './collection-inputs';
import type { DataType } from '../../domain/collection/data-type';
import type { LearningDate } from '../../domain/shared/learning-date';
import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';
import type { Dataset, GatherSource } from './datasets/dataset';
import { pblDataset } from './datasets/pbl-dataset';
import { roadmapDataset } from './datasets/roadmap-dataset';
import { taskDataset } from './datasets/task-dataset';
import { vodDataset } from './datasets/vod-dataset';
import { parseInput } from '../shared/parse-input';
import { withBackoff } from '../shared/with-backoff';
import { withHeartbeat } from '../shared/with-heartbeat';

export interface CollectionLmsDependencies {
  database: Database;
  secretBox: SecretBox;
  lms: LmsClient;
  metrics: Metrics;
}

/** What one try came to for one data type. */
export type DatasetOutcome =
  | { dataType: DataType; stored: true; rowCount: number }
  | {
      dataType: DataType;
      stored: false;
      code: string;
      message: string;
      /** How long to wait before another try; null when none can mend it. */
      againInMs: number | null;
    };

interface CollectionTry {
  skId: string;
  date: LearningDate;
  dataTypes: readonly DataType[];
  /** What was read since is new enough. */
  requestedAt: Date;
}

/** Temporal's policy repeats a killed try at once, for then the work is to go on; a failed one waits longer each time. */
const BACKOFF = { firstMs: 3_000, longestMs: 120_000 };

/** Activities of the collection that talk to the LMS. */
export function createCollectionLmsActivities(dependencies: CollectionLmsDependencies) {
  return {
    /**
     * Reads data types of one cohort for one date, side by side, and stores each whole, or not at all. What failed is a
     * value, so that it can be tried again by itself. Repeated, it asks nothing for what it had stored.
     * @throws ServiceError what fails the cohort and no data type alone: COHORT_UNKNOWN, COHORT_INACTIVE,
     *   CREDENTIALS_UNREADABLE, DATABASE_UNAVAILABLE, LMS_LEASE_LOST, and what failed all of them for good
     */
    async collectCohort(input: CollectCohortInput): Promise<DatasetOutcome[]> {
      const request = parseInput(collectCohortInputSchema, input);
      const results = await tryCollection(dependencies, request);
      const whole = failureOfAll(results);
      if (whole !== undefined) throw whole;
      return results.map(({ dataType, rowCount, error }) =>
        error === undefined
          ? { dataType, stored: true, rowCount }
          : { dataType, stored: false, ...describeFailedTry(error) },
      );
    },

    /**
     * The same for one data type alone, whose failure is the activity's.
     * @throws ServiceError as LmsClient does; LMS_EMPTY_ROSTER; COHORT_UNKNOWN, COHORT_INACTIVE,
     *   CREDENTIALS_UNREADABLE; DATABASE_UNAVAILABLE, DATABASE_REJECTED
     */
    async collectDataset(input: CollectDatasetInput): Promise<{ rowCount: number }> {
      const { dataType, ...request } = parseInput(collectDatasetInputSchema, input);
      const [result] = await tryCollection(dependencies, { ...request, dataTypes: [dataType] });
      if (result?.error !== undefined) throw result.error;
      return { rowCount: result?.rowCount ?? 0 };
    },
  };
}

export type CollectionLmsActivities = ReturnType<typeof createCollectionLmsActivities>;

interface DatasetTry {
  dataType: DataType;
  rowCount: number;
  error?: unknown;
}

/** Every data type is tried to its end, whatever becomes of the others. */
function tryCollection(dependencies: CollectionLmsDependencies, request: CollectionTry): Promise<DatasetTry[]> {
  return withHeartbeat(async (signal) => {
    const { database, secretBox } = dependencies;
    const { skId, date, dataTypes } = request;
    const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
    const { readAt, present } = await beginRuns(database, request, workflowId);
    const account = present.size === dataTypes.length ? undefined : await loadAccount(database, secretBox, skId);
    return Promise.all(
      dataTypes.map(async (dataType): Promise<DatasetTry> => {
        const adopted = present.get(dataType);
        if (account === undefined || adopted !== undefined) return { dataType, rowCount: adopted?.rowCount ?? 0 };
        const source = { lms: dependencies.lms, account, date, options: { signal } };
        try {
          return { dataType, rowCount: await collectors[dataType](dependencies, source, { readAt, workflowId }) };
        } catch (error) {
          return { dataType, rowCount: 0, error: withBackoff(error, BACKOFF) };
        }
      }),
    );
  }).catch((error: unknown) => {
    throw withBackoff(error, BACKOFF);
  });
}

/**
 * The failure that is no data type's: the whole has to go on elsewhere or later, or one reason, like a refused account,
 * fails all of them for good.
 */
function failureOfAll(results: readonly DatasetTry[]): unknown {
  const errors = results.flatMap(({ error }) => error ?? []);
  const interruption = errors.find(isInterruption);
  if (interruption !== undefined) return interruption;
  const [first] = errors;
  const forGood = errors.every(
    (error) => error instanceof ServiceError && !error.retryable && error.message === (first as ServiceError).message,
  );
  return forGood && errors.length === results.length ? first : undefined;
}

/** Another process takes over, the worker stops, somebody pauses the activity: everything but that the collection shall end. */
function isInterruption(error: unknown): boolean {
  if (error instanceof CancelledFailure) return error.message !== 'CANCELLED';
  return error instanceof ServiceError && error.code === 'LMS_LEASE_LOST';
}

/** What a workflow is told of a data type's failure. */
export function describeFailedTry(error: unknown): { code: ErrorCode; message: string; againInMs: number | null } {
  if (error instanceof CancelledFailure) {
    return { code: 'COLLECTION_CANCELLED', message: 'It was cancelled before it ended.', againInMs: null };
  }
  // Tried by itself, it tells the log where it was thrown.
  if (!(error instanceof ServiceError)) {
    return { code: 'UNEXPECTED', message: 'An error that nobody foresaw.', againInMs: BACKOFF.firstMs };
  }
  const { code, message, retryable, retryAfterMs = 0 } = error;
  return { code, message, againInMs: retryable ? retryAfterMs : null };
}

type Collector = (
  dependencies: CollectionLmsDependencies,
  source: GatherSource,
  run: { readAt: Date; workflowId: string },
) => Promise<number>;

const collectors: Record<DataType, Collector> = {
  vod: collectorOf('vod', vodDataset),
  task: collectorOf('task', taskDataset),
  pbl: collectorOf('pbl', pblDataset),
  roadmap: collectorOf('roadmap', roadmapDataset),
};

/** Gathers one data type and stores it; answers the number of rows. */
function collectorOf<Gathered>(dataType: DataType, dataset: Dataset<Gathered>): Collector {
  return async ({ database, metrics }, source, { readAt, workflowId }) => {
    const { skId } = source.account;
    const gathered = await gatherSurely(database, dataset, source);
    await ownTurn();
    const { reading, superseded } = await storeDataset(
      database,
      { key: { skId, dataType, date: source.date }, readAt, workflowId },
      dataset.contents(skId, source.date, gathered),
    );
    metrics.collections.inc({ data_type: dataType, outcome: 'stored' });
    if (!superseded) metrics.rowsStored.inc({ data_type: dataType }, reading.rowCount);
    Context.current().log.info('Collected', { dataType, rowCount: reading.rowCount, superseded });
    return reading.rowCount;
  };
}

/**
 * Gathers, and where the session may have died meanwhile, gathers anew with a new session whose roster is not empty.
 * @throws ServiceError LMS_EMPTY_ROSTER when that roster is empty too although there are students
 */
async function gatherSurely<Gathered>(
  database: Database,
  dataset: Dataset<Gathered>,
  source: GatherSource,
): Promise<Gathered> {
  const { lms, account, date, options } = source;
  const gathered = await dataset.gather(source);
  const doubt = await dataset.doubt(database, account.skId, date, gathered);
  if (doubt === 'none') return gathered;
  // A session does not come back to life: if its roster is not empty now, what it said before was true.
  if (doubt === 'silence' && (await lms.listStudents(account, options)).length > 0) return gathered;

  lms.forgetSession(account);
  const roster = await lms.listStudents(account, options);
  if (roster.length === 0 && doubt !== 'empty') {
    throw new ServiceError(
      'LMS_EMPTY_ROSTER',
      `The LMS lists no student of ${account.skId}, also after a new log-in, though it had students. ` +
        'What is stored stays. Check the account and the cohort at the LMS; then collect again.',
    );
  }
  return roster.length === 0 ? gathered : dataset.gather(source);
}

async function loadAccount(database: Database, secretBox: SecretBox, skId: string): Promise<LmsAccount> {
  const account = (await loadAccounts(database, secretBox, [skId])).get(skId);
  if (account === undefined) throw new ServiceError('COHORT_UNKNOWN', `No cohort ${skId} was imported.`);
  if (account instanceof ServiceError) throw account;
  return account;
}
