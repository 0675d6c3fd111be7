import type { DataType } from '../../../domain/collection/data-type';
import { isDated } from '../../../domain/collection/data-type';
import type { LearningDate } from '../../../domain/shared/learning-date';
import type { Statement } from '../core/database';

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

function keyValues({ skId, dataType, date }: DatasetKey): string[] {
  return [skId, dataType, isDated(dataType) ? date : NO_DATE];
}

/** Answers `DatasetReading`s: one, or none where the dataset was never stored. */
export function selectReading(key: DatasetKey): Statement {
  return {
    sql: `SELECT read_at AS readAt, stored_at AS storedAt, row_count AS rowCount FROM openeg_dataset_readings
     WHERE sk_id = ? AND data_type = ? AND log_date = ?`,
    parameters: keyValues(key),
  };
}

/**
 * Notes a reading that begins at `readAt` and keeps everyone else's from being stored until the transaction ends. The
 * one who comes first inserts the row, so even two first readings wait for each other.
 */
export function claimReading(key: DatasetKey, readAt: Date): Statement {
  return {
    sql: `INSERT INTO openeg_dataset_readings (sk_id, data_type, log_date, read_at, stored_at, row_count)
     VALUES (?, ?, ?, ?, ?, 0) ON DUPLICATE KEY UPDATE row_count = row_count`,
    parameters: [...keyValues(key), readAt, readAt],
  };
}

export function recordReading(key: DatasetKey, reading: DatasetReading): Statement {
  return {
    sql: `UPDATE openeg_dataset_readings SET read_at = ?, stored_at = ?, row_count = ?
     WHERE sk_id = ? AND data_type = ? AND log_date = ?`,
    parameters: [reading.readAt, reading.storedAt, reading.rowCount, ...keyValues(key)],
  };
}
