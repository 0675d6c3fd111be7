import type { DataType } from '../../domain/data-type';
import { isDated } from '../../domain/data-type';
import type { LearningDate } from '../../domain/learning-date';
import type { Queryable } from './database';

/** Stands for the date of what has none. */
const NO_DATE = '1970-01-01';

export interface DatasetKey {
  skId: string;
  dataType: DataType;
  date: LearningDate;
}

/** The data that is stored of a dataset; all instants are the database's. */
export interface DatasetReading {
  /** When its reading began: it is at least as new as this. */
  readAt: Date;
  storedAt: Date;
  rowCount: number;
}

interface ReadingRow {
  read_at: Date;
  stored_at: Date;
  row_count: number;
}

function keyValues({ skId, dataType, date }: DatasetKey): string[] {
  return [skId, dataType, isDated(dataType) ? date : NO_DATE];
}

export async function findReading(db: Queryable, key: DatasetKey): Promise<DatasetReading | undefined> {
  const [row] = await db.query<ReadingRow>(
    `SELECT read_at, stored_at, row_count FROM openeg_dataset_readings
     WHERE sk_id = ? AND data_type = ? AND log_date = ?`,
    keyValues(key),
  );
  return row && { readAt: row.read_at, storedAt: row.stored_at, rowCount: row.row_count };
}

/**
 * Notes a reading that begins at `readAt` and keeps everyone else's from being stored until the transaction ends. The
 * one who comes first inserts the row, so even two first readings wait for each other. Must be the transaction's first
 * statement: what was read before the lock may be old.
 * @returns the reading that is stored when it is newer, and so must stay; else undefined, and the caller goes on
 */
export async function claimReading(
  transaction: Queryable,
  key: DatasetKey,
  readAt: Date,
): Promise<DatasetReading | undefined> {
  await transaction.execute(
    `INSERT INTO openeg_dataset_readings (sk_id, data_type, log_date, read_at, stored_at, row_count)
     VALUES (?, ?, ?, ?, ?, 0) ON DUPLICATE KEY UPDATE row_count = row_count`,
    [...keyValues(key), readAt, readAt],
  );
  const stored = await findReading(transaction, key);
  return stored !== undefined && stored.readAt > readAt ? stored : undefined;
}

export async function recordReading(transaction: Queryable, key: DatasetKey, reading: DatasetReading): Promise<void> {
  await transaction.execute(
    `UPDATE openeg_dataset_readings SET read_at = ?, stored_at = ?, row_count = ?
     WHERE sk_id = ? AND data_type = ? AND log_date = ?`,
    [reading.readAt, reading.storedAt, reading.rowCount, ...keyValues(key)],
  );
}
