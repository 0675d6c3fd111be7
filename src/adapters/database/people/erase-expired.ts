import type { Database, SqlParameters } from '../core/database';

/** Rows that were erased, by table. */
export type ExpiredRows = Record<string, number>;

/** Rows of one statement: short locks, so that saves and collections never wait for the erasure. */
const BATCH_ROWS = 2_000;

interface Expiry {
  table: string;
  /** Which rows are too old; each question mark is the number of days. */
  condition: string;
}

const DAYS_AGO = 'UTC_TIMESTAMP(3) - INTERVAL ? DAY';

/*
 * Collected lists without a date (tasks, PBL, roadmap) are replaced by each collection and have no age. Incidents that are
 * open, alerts that wait and completions that the LMS has not taken stay, however old.
 */
const EXPIRIES: readonly Expiry[] = [
  { table: 'openeg_vod_logs', condition: `log_date < DATE(${DAYS_AGO})` },
  {
    table: 'openeg_dataset_readings',
    condition: `data_type = 'vod' AND log_date < DATE(${DAYS_AGO})`,
  },
  { table: 'openeg_collection_runs', condition: `collection_date < DATE(${DAYS_AGO})` },
  { table: 'openeg_statistics_triggers', condition: `target_date < DATE(${DAYS_AGO})` },
  { table: 'openeg_chat_outbox', condition: `state <> 'waiting' AND created_at < ${DAYS_AGO}` },
  { table: 'openeg_incidents', condition: `is_open IS NULL AND closed_at < ${DAYS_AGO}` },
  // What a check can still be shown by the LMS must stay known, or it would be alerted again: a cohort that has been
  // failing for long asks from its last success on, and the daily look back reaches a day further.
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
 * Erases what is older than `days` days, a bounded number of rows at a time. Stopped half-way, the next call goes on.
 * @param onProgress called after each statement: the place to heartbeat
 */
export async function eraseExpired(database: Database, days: number, onProgress: () => void): Promise<ExpiredRows> {
  const erased: ExpiredRows = {};
  for (const { table, condition } of EXPIRIES) {
    const parameters: SqlParameters = [...condition.matchAll(/\?/g)].map(() => days);
    erased[table] = 0;
    for (let batch = BATCH_ROWS; batch === BATCH_ROWS;) {
      const statement = `DELETE FROM ${table} WHERE ${condition} LIMIT ${BATCH_ROWS}`;
      batch = (await database.execute(statement, parameters)).affectedRows;
      erased[table] += batch;
      onProgress();
    }
  }
  return erased;
}
