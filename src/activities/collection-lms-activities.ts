import { Context } from '@temporalio/activity';
import type { z } from 'zod';
import { loadAccounts } from '../adapters/database/cohorts';
import { beginRun, finishRun } from '../adapters/database/collection-runs';
import type { Database } from '../adapters/database/database';
import { databaseTime } from '../adapters/database/database-time';
import { findReading } from '../adapters/database/dataset-readings';
import { storeDataset } from '../adapters/database/store-dataset';
import type { LmsAccount, LmsClient } from '../adapters/lms/lms-client';
import type { Metrics } from '../adapters/metrics';
import type { SecretBox } from '../adapters/secret-box';
import { collectDatasetInputSchema, type CollectDatasetInput } from '../domain/collection-activity-inputs';
import type { DataType } from '../domain/data-type';
import { ServiceError } from '../domain/service-error';
import type { Dataset, GatherSource } from './datasets/dataset';
import { pblDataset } from './datasets/pbl-dataset';
import { roadmapDataset } from './datasets/roadmap-dataset';
import { taskDataset } from './datasets/task-dataset';
import { vodDataset } from './datasets/vod-dataset';
import { parseInput } from './parse-input';
import { withBackoff } from './with-backoff';
import { withHeartbeat } from './with-heartbeat';

export interface CollectionLmsDependencies {
  database: Database;
  secretBox: SecretBox;
  lms: LmsClient;
  metrics: Metrics;
}

export interface CollectDatasetResult {
  rowCount: number;
  /** Nothing was asked, for what is stored was read at or after `requestedAt`. */
  adopted: boolean;
}

type CollectDatasetRequest = z.output<typeof collectDatasetInputSchema>;

/** Temporal's policy repeats a killed try at once, for then the work is to go on; a failed one waits longer each time. */
const BACKOFF = { firstMs: 3_000, longestMs: 120_000 };

/** Activities of the collection that talk to the LMS. */
export function createCollectionLmsActivities(dependencies: CollectionLmsDependencies) {
  return {
    /**
     * Reads one data type of one cohort for one date and stores it whole, or not at all. Repeated after it stored, it
     * finds its own reading and asks nothing.
     * @throws ServiceError as LmsClient does; LMS_EMPTY_ROSTER; COHORT_UNKNOWN, COHORT_INACTIVE,
     *   CREDENTIALS_UNREADABLE; DATABASE_UNAVAILABLE, DATABASE_REJECTED
     */
    async collectDataset(input: CollectDatasetInput): Promise<CollectDatasetResult> {
      const request = parseInput(collectDatasetInputSchema, input);
      return withHeartbeat((signal) => collectors[request.dataType](dependencies, request, signal)).catch(
        (error: unknown) => {
          throw withBackoff(error, BACKOFF);
        },
      );
    },
  };
}

export type CollectionLmsActivities = ReturnType<typeof createCollectionLmsActivities>;

type Collector = (
  dependencies: CollectionLmsDependencies,
  request: CollectDatasetRequest,
  signal: AbortSignal,
) => Promise<CollectDatasetResult>;

const collectors: Record<DataType, Collector> = {
  vod: collectorOf(vodDataset),
  task: collectorOf(taskDataset),
  pbl: collectorOf(pblDataset),
  roadmap: collectorOf(roadmapDataset),
};

function collectorOf<Gathered>(dataset: Dataset<Gathered>): Collector {
  return (dependencies, request, signal) => collect(dependencies, dataset, request, signal);
}

async function collect<Gathered>(
  { database, secretBox, lms, metrics }: CollectionLmsDependencies,
  dataset: Dataset<Gathered>,
  { requestedAt, ...key }: CollectDatasetRequest,
  signal: AbortSignal,
): Promise<CollectDatasetResult> {
  const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';

  const present = await findReading(database, key);
  if (present !== undefined && present.readAt >= requestedAt) {
    await finishRun(database, key, workflowId, present);
    return { rowCount: present.rowCount, adopted: true };
  }

  const readAt = await databaseTime(database);
  const [account] = await Promise.all([
    loadAccount(database, secretBox, key.skId),
    beginRun(database, key, workflowId, readAt),
  ]);
  const source = { lms, account, date: key.date, options: { signal } };
  const gathered = await gatherSurely(database, dataset, source);
  const { reading, superseded } = await storeDataset(
    database,
    { key, readAt, workflowId },
    (transaction, erasedStudents) => dataset.store(transaction, { ...key, erasedStudents }, gathered),
  );
  metrics.collections.inc({ data_type: key.dataType, outcome: 'stored' });
  if (!superseded) metrics.rowsStored.inc({ data_type: key.dataType }, reading.rowCount);
  Context.current().log.info('Collected', { rowCount: reading.rowCount, superseded });
  return { rowCount: reading.rowCount, adopted: false };
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
