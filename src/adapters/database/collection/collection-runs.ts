import type { DataType } from '../../../domain/collection/data-type';
import type { LearningDate } from '../../../domain/shared/learning-date';
import type { Queryable, Statement } from '../core/database';

/*
 * `openeg_collection_runs` has one row for each cohort, date and data type. `status` and `error` are the newest try's.
 * `stored_at` and `row_count` describe the data that is stored, so a failed try leaves them as they are.
 */

/** One data type of one cohort for one learning date. */
export interface DatasetKey {
  skId: string;
  dataType: DataType;
  date: LearningDate;
}

/** Marks the run as running. */
export function startedRun(key: DatasetKey, workflowId: string, startedAt: Date): Statement {
  return {
    sql: `INSERT INTO openeg_collection_runs (sk_id, collection_date, data_type, status, started_at, workflow_id)
     VALUES (?, ?, ?, 'running', ?, ?)
     ON DUPLICATE KEY UPDATE status = VALUES(status), started_at = VALUES(started_at), finished_at = NULL, error = NULL,
       workflow_id = VALUES(workflow_id)`,
    parameters: [key.skId, key.date, key.dataType, startedAt, workflowId],
  };
}

/** Marks the run as stored, whether it stored the data itself or found data that is new enough. */
export function storedRun(
  key: DatasetKey,
  workflowId: string,
  { storedAt, rowCount }: { storedAt: Date; rowCount: number },
): Statement {
  return {
    sql: `INSERT INTO openeg_collection_runs
       (sk_id, collection_date, data_type, status, stored_at, row_count, started_at, finished_at, workflow_id)
     VALUES (?, ?, ?, 'stored', ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ?)
     ON DUPLICATE KEY UPDATE status = VALUES(status), stored_at = VALUES(stored_at), row_count = VALUES(row_count),
       finished_at = VALUES(finished_at), error = NULL, workflow_id = VALUES(workflow_id)`,
    parameters: [key.skId, key.date, key.dataType, storedAt, rowCount, workflowId],
  };
}

/**
 * Marks the run as failed. `started_at` stays where this workflow's try is running, and is now for a try that failed
 * before it started. (The first assignment reads the old `status`: MySQL assigns from left to right.)
 * @param reason a sentence for operators; cut to the column's length
 */
export async function failRun(db: Queryable, key: DatasetKey, workflowId: string, reason: string): Promise<void> {
  await db.execute(
    `INSERT INTO openeg_collection_runs
       (sk_id, collection_date, data_type, status, started_at, finished_at, error, workflow_id)
     VALUES (?, ?, ?, 'failed', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), LEFT(?, 500), ?)
     ON DUPLICATE KEY UPDATE
       started_at = IF(status = 'running' AND workflow_id = VALUES(workflow_id), started_at, VALUES(started_at)),
       status = VALUES(status), finished_at = VALUES(finished_at), error = VALUES(error),
       workflow_id = VALUES(workflow_id)`,
    [key.skId, key.date, key.dataType, reason, workflowId],
  );
}

/** The data types that are stored of a date, by cohort in the order of `sk_id`, whatever became of later tries. */
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
