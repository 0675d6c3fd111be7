import { COLLECTED_TABLES } from '../../../domain/collection/datasets/datasets';
import { NO_DATE } from '../collection/store-dataset';
import type { Database } from '../core/database';

/** Erased rows, by table. */
export type ExpiredRows = Record<string, number>;

/** Rows of one statement: its locks are short, so saves and collections do not wait for the erasure. */
const BATCH_ROWS = 2_000;

interface Expiry {
  table: string;
  /** Which rows are too old; each placeholder is the number of days. */
  condition: string;
}

const DAYS_AGO = 'UTC_TIMESTAMP(3) - INTERVAL ? DAY';

/**
 * Collected tables without a date column are absent: each collection replaces their rows, so they have no age. Open
 * incidents, waiting alerts and completions that the LMS has not taken stay, however old.
 */
const EXPIRIES: readonly Expiry[] = [
  ...COLLECTED_TABLES.flatMap(({ name, dateColumn }) =>
    dateColumn === undefined ? [] : [{ table: name, condition: `${dateColumn} < DATE(${DAYS_AGO})` }],
  ),
  { table: 'openeg_dataset_readings', condition: `log_date > '${NO_DATE}' AND log_date < DATE(${DAYS_AGO})` },
  { table: 'openeg_collection_runs', condition: `collection_date < DATE(${DAYS_AGO})` },
  { table: 'openeg_statistics_triggers', condition: `target_date < DATE(${DAYS_AGO})` },
  { table: 'openeg_chat_outbox', condition: `state <> 'waiting' AND created_at < ${DAYS_AGO}` },
  { table: 'openeg_incidents', condition: `is_open IS NULL AND closed_at < ${DAYS_AGO}` },
  // An inquiry that the LMS may still list must stay known, or it would be alerted again. A cohort's next check asks from
  // its last success on, and the daily wide window reaches one day further back.
  {
    table: 'openeg_entry_tracking',
    condition: `processed_at IS NOT NULL AND created_at < ${DAYS_AGO}
      AND detected_at < UTC_TIMESTAMP(3) - INTERVAL 2 DAY
      AND created_at < COALESCE(
        (SELECT COALESCE(checked_at, begins_at) - INTERVAL 2 DAY FROM openeg_inquiry_checks
          WHERE openeg_inquiry_checks.sk_id = openeg_entry_tracking.sk_id),
        UTC_TIMESTAMP(3))`,
  },
  { table: 'openeg_progress_saves', condition: `saved_at < ${DAYS_AGO}` },
  { table: 'openeg_video_progress', condition: `last_call_at < ${DAYS_AGO}` },
  { table: 'openeg_progress_members', condition: `last_call_at < ${DAYS_AGO}` },
  { table: 'openeg_video_completions', condition: `reported_at IS NOT NULL AND completed_at < ${DAYS_AGO}` },
];

/**
 * Erases rows older than `days` days, a bounded number at a time. After an interruption the next call continues.
 * @param onProgress is called after each statement, for instance to heartbeat
 * @throws ServiceError DATABASE_UNAVAILABLE, DATABASE_REJECTED
 */
export async function eraseExpired(database: Database, days: number, onProgress: () => void): Promise<ExpiredRows> {
  const erased: ExpiredRows = {};
  for (const { table, condition } of EXPIRIES) {
    const parameters = [...condition.matchAll(/\?/g)].map(() => days);
    erased[table] = 0;
    for (let batchRows = BATCH_ROWS; batchRows === BATCH_ROWS;) {
      const statement = `DELETE FROM ${table} WHERE ${condition} LIMIT ${BATCH_ROWS}`;
      batchRows = (await database.execute(statement, parameters)).affectedRows;
      erased[table] += batchRows;
      onProgress();
    }
  }
  return erased;
}
