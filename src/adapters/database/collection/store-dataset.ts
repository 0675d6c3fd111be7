import type { DataType } from '../../../domain/collection/data-type';
import type { LearningDate } from '../../../domain/shared/learning-date';
import { beginRun, finishRun } from './collection-runs';
import type { Database, Statement } from '../core/database';
import { claimReading, recordReading, selectReading, type DatasetKey, type DatasetReading } from './dataset-readings';
import { lockErasedStudents, type ErasedStudentRow } from '../people/erased-students';
import type { TableContent } from './sync-rows';

interface CohortDatasets {
  skId: string;
  date: LearningDate;
  dataTypes: readonly DataType[];
}

export interface StoredDataset {
  reading: DatasetReading;
  /** True when a newer reading was stored meanwhile, so that this one stored nothing. */
  superseded: boolean;
}

/**
 * Marks the runs of a cohort's data types begun; those of which a reading is stored that is new enough are marked stored
 * with it at once, and are answered in `present`.
 * @returns `readAt` the database's time: what is read of the LMS from now on is at least as new
 */
export function beginRuns(
  database: Database,
  { skId, date, dataTypes, requestedAt }: CohortDatasets & { requestedAt: Date },
  workflowId: string,
): Promise<{ readAt: Date; present: Map<DataType, DatasetReading> }> {
  const keys = dataTypes.map((dataType) => ({ skId, date, dataType }));
  return database.readThenWrite([NOW, ...keys.map(selectReading)], ([time, ...readings]) => {
    const [{ now: readAt }] = time as [TimeRow];
    const present = new Map<DataType, DatasetReading>();
    const write = keys.flatMap((key, index) => {
      const [reading] = readings[index] as DatasetReading[];
      const begin = beginRun(key, workflowId, readAt);
      if (reading === undefined || reading.readAt < requestedAt) return [begin];
      present.set(key.dataType, reading);
      return [begin, finishRun(key, workflowId, reading)];
    });
    return { write, result: { readAt, present } };
  });
}

/**
 * Stores one dataset and marks its run, in one transaction: a reader sees the whole of the old data or the whole of the
 * new. A reading that began before the one that is stored changes nothing but the run. Erased students are left out.
 * @param readAt the database's time when the reading began
 */
export function storeDataset(
  database: Database,
  { key, readAt, workflowId }: { key: DatasetKey; readAt: Date; workflowId: string },
  contents: readonly TableContent[],
): Promise<StoredDataset> {
  // What is read before the claim holds everyone else back may be old: the claim comes first.
  const read = [
    claimReading(key, readAt),
    selectReading(key),
    lockErasedStudents(key.skId),
    NOW,
    ...contents.map(({ storedKeys }) => storedKeys),
  ];
  return database.readThenWrite<StoredDataset>(read, ([, readings, erased, time, ...stored]) => {
    const [present] = readings as DatasetReading[];
    if (present !== undefined && present.readAt > readAt) {
      return { write: [finishRun(key, workflowId, present)], result: { reading: present, superseded: true } };
    }
    const erasedStudents = new Set((erased as ErasedStudentRow[]).flatMap(({ studentId }) => studentId ?? []));
    const synced = contents.map((content, index) => content.sync(stored[index]!, erasedStudents));
    const [{ now: storedAt }] = time as [TimeRow];
    const reading = { readAt, storedAt, rowCount: synced.reduce((sum, { rowCount }) => sum + rowCount, 0) };
    return {
      write: [
        ...synced.flatMap(({ statements }) => statements),
        recordReading(key, reading),
        finishRun(key, workflowId, reading),
      ],
      result: { reading, superseded: false },
    };
  });
}

interface TimeRow {
  now: Date;
}

const NOW: Statement = { sql: 'SELECT UTC_TIMESTAMP(3) AS now', parameters: [] };
