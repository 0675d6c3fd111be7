import { DATA_TYPES, isDated } from '../../../domain/collection/data-type';
import { COLLECTED_TABLES } from '../../../domain/collection/datasets/all-datasets';
import type { Database, Statement } from '../core/database';

/** Erased rows, by table. */
export type ExpiredRows = Record<string, number>;

/** Rows of one statement: its locks are short, so saves and collections do not wait for the erasure. */
const BATCH_ROWS = 5_000;

export interface Expiry {
  table: string;
  /** The cohorts are erased one after another, because the keys begin with `sk_id` (decision 0018). */
  isByCohort?: true;
  /** The column of the row's age. With `condition` and `sk_id` it fits a key, so no statement reads the rows that stay. */
  age: string;
  /** `age` is a learning date. */
  isDate?: true;
  condition?: string;
  /** Columns that are emptied in rows that stay. Without it the rows are deleted. */
  emptied?: string;
}

/**
 * Collected tables without a date column are absent: each collection replaces their rows, so they have no age. Open
 * incidents, waiting alerts and the facts that lessons were completed stay, however old.
 */
export const EXPIRIES: readonly Expiry[] = [
  ...COLLECTED_TABLES.flatMap(({ name, dateColumn }): Expiry[] =>
    dateColumn === undefined ? [] : [{ table: name, isByCohort: true, age: dateColumn, isDate: true }],
  ),
  ...DATA_TYPES.filter(isDated).map((dataType): Expiry => ({
    table: 'openeg_dataset_readings',
    isByCohort: true,
    age: 'log_date',
    isDate: true,
    condition: `data_type = '${dataType}'`,
  })),
  { table: 'openeg_collection_runs', isByCohort: true, age: 'collection_date', isDate: true },
  { table: 'openeg_statistics_triggers', age: 'target_date', isDate: true },
  { table: 'openeg_chat_outbox', age: 'created_at', condition: "state IN ('sent', 'dead')" },
  { table: 'openeg_incidents', age: 'closed_at', condition: 'is_open IS NULL' },
  // An inquiry that the LMS may still list must stay known, or it would be alerted again. A cohort's next check asks from
  // its last success on, and the daily wide window reaches one day further back.
  {
    table: 'openeg_entry_tracking',
    isByCohort: true,
    age: 'created_at',
    condition: `processed_at IS NOT NULL AND detected_at < UTC_TIMESTAMP(3) - INTERVAL 2 DAY
      AND created_at < COALESCE(
        (SELECT COALESCE(checked_at, begins_at) - INTERVAL 2 DAY FROM openeg_inquiry_checks
          WHERE openeg_inquiry_checks.sk_id = openeg_entry_tracking.sk_id),
        UTC_TIMESTAMP(3))`,
  },
  { table: 'openeg_progress_saves', age: 'saved_at' },
  { table: 'openeg_video_progress', age: 'last_call_at', condition: 'completed = 0' },
  // A completed lesson stays completed (contract section 7): its row keeps what its summary needs.
  {
    table: 'openeg_video_progress',
    age: 'last_call_at',
    condition: 'completed = 1',
    emptied: 'refusals = NULL, clock_ms = NULL, last_call_at = NULL',
  },
  { table: 'openeg_progress_members', age: 'last_call_at' },
];

/**
 * Erases rows older than `days` days, a bounded number at a time. After an interruption the next call continues.
 * @param onProgress is called after each statement, for instance to heartbeat; the erasure ends with what it throws
 * @throws ServiceError DATABASE_UNAVAILABLE, DATABASE_REJECTED
 */
export async function eraseExpired(database: Database, days: number, onProgress: () => void): Promise<ExpiredRows> {
  const erased: ExpiredRows = {};
  for (const expiry of EXPIRIES) {
    erased[expiry.table] ??= 0;
    for await (const skId of cohortsOf(database, expiry)) {
      for (let batchRows = BATCH_ROWS; batchRows === BATCH_ROWS;) {
        const { sql, parameters } = erasureOf(expiry, days, skId);
        batchRows = (await database.execute(sql, parameters)).affectedRows;
        erased[expiry.table]! += batchRows;
        onProgress();
      }
    }
  }
  return erased;
}

/** The statement that erases the next batch, of one cohort where the table is erased by cohort. */
export function erasureOf(
  { table, age, isDate, condition, emptied }: Expiry,
  days: number,
  skId: string | null,
): Statement {
  const oldest = 'UTC_TIMESTAMP(3) - INTERVAL ? DAY';
  const conditions = [
    ...(skId === null ? [] : ['sk_id = ?']),
    ...(condition === undefined ? [] : [condition]),
    `${age} < ${isDate ? `DATE(${oldest})` : oldest}`,
  ];
  const change = emptied === undefined ? `DELETE FROM ${table}` : `UPDATE ${table} SET ${emptied}`;
  return {
    sql: `${change} WHERE ${conditions.join(' AND ')} ORDER BY ${age} LIMIT ${BATCH_ROWS}`,
    parameters: [...(skId === null ? [] : [skId]), days],
  };
}

/** Every cohort that has rows, one step in the key for each; null stands for the whole table. */
async function* cohortsOf(database: Database, { table, isByCohort }: Expiry): AsyncGenerator<string | null> {
  if (!isByCohort) {
    yield null;
    return;
  }
  let skId = '';
  for (;;) {
    const [row] = await database.query<{ next: string | null }>(
      `SELECT MIN(sk_id) AS next FROM ${table} WHERE sk_id > ?`,
      [skId],
    );
    if (row?.next == null) return;
    yield (skId = row.next);
  }
}
