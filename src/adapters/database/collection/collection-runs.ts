import type { DataType } from '../../../domain/collection/data-type';
import type { LearningDate } from '../../../domain/shared/learning-date';
import type { Queryable, Statement } from '../core/database';
import type { DatasetKey, DatasetReading } from './dataset-readings';

/**
 * `openeg_collection_runs`: the newest try for each (cohort, date, data type). `stored_at` and `row_count` tell of the
 * data that is there, and only a try that stored changes them.
 */
export function beginRun(key: DatasetKey, workflowId: string, startedAt: Date): Statement {
  return {
    sql: `INSERT INTO openeg_collection_runs (sk_id, collection_date, data_type, status, started_at, workflow_id)
     VALUES (?, ?, ?, 'running', ?, ?)
     ON DUPLICATE KEY UPDATE status = VALUES(status), started_at = VALUES(started_at), finished_at = NULL, error = NULL,
       workflow_id = VALUES(workflow_id)`,
    parameters: [key.skId, key.date, key.dataType, startedAt, workflowId],
  };
}

/** Marks the run stored with the reading that is there, whether this run stored it or found it new enough. */
export function finishRun(
  key: DatasetKey,
  workflowId: string,
  reading: Pick<DatasetReading, 'storedAt' | 'rowCount'>,
): Statement {
  return {
    sql: `INSERT INTO openeg_collection_runs
       (sk_id, collection_date, data_type, status, stored_at, row_count, started_at, finished_at, workflow_id)
     VALUES (?, ?, ?, 'stored', ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ?)
     ON DUPLICATE KEY UPDATE status = VALUES(status), stored_at = VALUES(stored_at), row_count = VALUES(row_count),
       finished_at = VALUES(finished_at), error = NULL, workflow_id = VALUES(workflow_id)`,
    parameters: [key.skId, key.date, key.dataType, reading.storedAt, reading.rowCount, workflowId],
  };
}

/**
 * A try that failed before it began here counts as begun now; assignments run from left to right.
 * @param sentence why, for operators; cut to the column's length
 */
export async function failRun(db: Queryable, key: DatasetKey, workflowId: string, sentence: string): Promise<void> {
  await db.execute(
    `INSERT INTO openeg_collection_runs
       (sk_id, collection_date, data_type, status, started_at, finished_at, error, workflow_id)
     VALUES (?, ?, ?, 'failed', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), LEFT(?, 500), ?)
     ON DUPLICATE KEY UPDATE
       started_at = IF(status = 'running' AND workflow_id = VALUES(workflow_id), started_at, VALUES(started_at)),
       status = VALUES(status), finished_at = VALUES(finished_at), error = VALUES(error),
       workflow_id = VALUES(workflow_id)`,
    [key.skId, key.date, key.dataType, sentence, workflowId],
  );
}

/** What is stored of a date, whatever became of later tries, cohort by cohort in the order of their keys. */
export async function listStoredDatasets(
  db: Queryable,
  date: LearningDate,
): Promise<{ skId: string; dataTypes: DataType[] }[]> {
  const rows = await db.query<{ sk_id: string; data_type: DataType }>(
    `SELECT sk_id, data_type FROM openeg_collection_runs
     WHERE collection_date = ? AND stored_at IS NOT NULL ORDER BY sk_id`,
    [date],
  );
  const byCohort = new Map<string, DataType[]>();
  for (const row of rows) byCohort.set(row.sk_id, [...(byCohort.get(row.sk_id) ?? []), row.data_type]);
  return [...byCohort].map(([skId, dataTypes]) => ({ skId, dataTypes }));
}
