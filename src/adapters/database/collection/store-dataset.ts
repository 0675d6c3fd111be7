import { isDated, type DataType } from '../../../domain/collection/data-type';
import type { TableRows } from '../../../domain/collection/datasets/define-dataset';
import type { LearningDate } from '../../../domain/shared/learning-date';
import { SELECT_NOW, type Database, type Statement, type TimeRow } from '../core/database';
import { lockErasedStudents, type ErasedStudentRow } from '../people/forget-learner';
import { startedRun, storedRun, type DatasetKey } from './collection-runs';
import { scopeOf, syncTable } from './sync-table';

/** A row of `openeg_dataset_readings`: the data that is stored of a dataset. All instants are the database's. */
export interface StoredReading {
  /** When its reading began: the data is at least as new. */
  readAt: Date;
  storedAt: Date;
  rowCount: number;
}

/**
 * Marks the runs of a cohort's data types as started. A data type that was read at or after `requestedAt` is new enough
 * (decision 0003): its run is marked as stored at once, and its reading is in `newEnough`. A reading from the future never is.
 * @returns `readAt` the database's time: what is read from the LMS from now on is at least as new
 */
export function startRuns(
  database: Database,
  request: { skId: string; date: LearningDate; dataTypes: readonly DataType[]; requestedAt: Date; workflowId: string },
): Promise<{ readAt: Date; newEnough: Map<DataType, StoredReading> }> {
  const { skId, date, dataTypes, requestedAt, workflowId } = request;
  const keys = dataTypes.map((dataType) => ({ skId, date, dataType }));
  return database.readThenWrite([SELECT_NOW, ...keys.map(selectReading)], ([time, ...readings]) => {
    const [{ now: readAt }] = time as [TimeRow];
    const newEnough = new Map<DataType, StoredReading>();
    const write = keys.flatMap((key, index) => {
      const [reading] = readings[index] as StoredReading[];
      const started = startedRun(key, workflowId, readAt);
      if (reading === undefined || reading.readAt < requestedAt || isFromFuture(reading, readAt)) return [started];
      newEnough.set(key.dataType, reading);
      return [started, storedRun(key, workflowId, reading)];
    });
    return { write, result: { readAt, newEnough } };
  });
}

export interface StoreResult {
  /** The reading that is stored now. */
  reading: StoredReading;
  /** True when a newer reading was stored meanwhile, so that this one stored nothing. */
  isSuperseded: boolean;
}

/**
 * Stores one dataset and marks its run as stored, in one transaction: a reader sees all of the old data or all of the new.
 * Changes nothing but the run when a newer reading is stored already. Leaves out erased students.
 * @param readAt the database's time when the reading began
 */
export function storeDataset(
  database: Database,
  { key, readAt, workflowId }: { key: DatasetKey; readAt: Date; workflowId: string },
  tables: readonly TableRows[],
): Promise<StoreResult> {
  const syncs = tables.map((rows) => syncTable(rows, scopeOf(rows.table, key.skId, key.date)));
  const read = [
    // First, because rows that are read before the lock may be outdated.
    lockReading(key, readAt),
    selectReading(key),
    lockErasedStudents(key.skId),
    SELECT_NOW,
    ...syncs.map(({ storedKeys }) => storedKeys),
  ];
  return database.readThenWrite<StoreResult>(read, ([, readings, erased, time, ...stored]) => {
    const [newest] = readings as StoredReading[];
    const [{ now: storedAt }] = time as [TimeRow];
    if (newest !== undefined && newest.readAt > readAt && !isFromFuture(newest, storedAt)) {
      return { write: [storedRun(key, workflowId, newest)], result: { reading: newest, isSuperseded: true } };
    }
    const erasedStudents = new Set((erased as ErasedStudentRow[]).flatMap(({ studentId }) => studentId ?? []));
    const changes = syncs.map((sync, index) => sync.changes(stored[index]!, erasedStudents));
    const reading = { readAt, storedAt, rowCount: changes.reduce((sum, { rowCount }) => sum + rowCount, 0) };
    return {
      write: [
        ...changes.flatMap(({ statements }) => statements),
        updateReading(key, reading),
        storedRun(key, workflowId, reading),
      ],
      result: { reading, isSuperseded: false },
    };
  });
}

/** The database's clock was set back after this reading. Until the clock reaches it again, it is newer than nothing. */
function isFromFuture({ readAt }: StoredReading, now: Date): boolean {
  return readAt > now;
}

/** The date of datasets without a date. Learning dates begin in 1990. */
const NO_DATE = '1970-01-01';

function keyValues({ skId, dataType, date }: DatasetKey): string[] {
  return [skId, dataType, isDated(dataType) ? date : NO_DATE];
}

/** Selects one `StoredReading`, or none where the dataset was never stored. */
function selectReading(key: DatasetKey): Statement {
  return {
    sql: `SELECT read_at AS readAt, stored_at AS storedAt, row_count AS rowCount FROM openeg_dataset_readings
     WHERE sk_id = ? AND data_type = ? AND log_date = ?`,
    parameters: keyValues(key),
  };
}

/**
 * Locks the dataset's row until the transaction ends, so that nobody else stores it meanwhile. Inserts the row where there
 * is none: thereby the first two readings of a dataset wait for each other too.
 */
function lockReading(key: DatasetKey, readAt: Date): Statement {
  return {
    sql: `INSERT INTO openeg_dataset_readings (sk_id, data_type, log_date, read_at, stored_at, row_count)
     VALUES (?, ?, ?, ?, ?, 0) ON DUPLICATE KEY UPDATE row_count = row_count`,
    parameters: [...keyValues(key), readAt, readAt],
  };
}

function updateReading(key: DatasetKey, reading: StoredReading): Statement {
  return {
    sql: `UPDATE openeg_dataset_readings SET read_at = ?, stored_at = ?, row_count = ?
     WHERE sk_id = ? AND data_type = ? AND log_date = ?`,
    parameters: [reading.readAt, reading.storedAt, reading.rowCount, ...keyValues(key)],
  };
}
