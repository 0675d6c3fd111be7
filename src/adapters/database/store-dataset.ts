import { finishRun } from './collection-runs';
import type { Database, Queryable } from './database';
import { databaseTime } from './database-time';
import { claimReading, recordReading, type DatasetKey, type DatasetReading } from './dataset-readings';
import { lockErasedStudents } from './erased-students';

export interface StoredDataset {
  reading: DatasetReading;
  /** True when a newer reading was stored meanwhile, so that this one stored nothing. */
  superseded: boolean;
}

/**
 * Stores one dataset and marks its run, in one transaction: a reader sees the whole of the old data or the whole of the
 * new. A reading that began before the one that is stored changes nothing but the run.
 * @param readAt the database's time when the reading began
 * @param store writes the rows, leaving erased students out, and answers how many there are; may be called again
 */
export function storeDataset(
  database: Database,
  { key, readAt, workflowId }: { key: DatasetKey; readAt: Date; workflowId: string },
  store: (transaction: Queryable, erasedStudents: ReadonlySet<string>) => Promise<number>,
): Promise<StoredDataset> {
  return database.transaction(async (transaction) => {
    const newer = await claimReading(transaction, key, readAt);
    if (newer !== undefined) {
      await finishRun(transaction, key, workflowId, newer);
      return { reading: newer, superseded: true };
    }
    const erasedStudents = await lockErasedStudents(transaction, key.skId);
    const rowCount = await store(transaction, erasedStudents);
    const reading = { readAt, storedAt: await databaseTime(transaction), rowCount };
    await recordReading(transaction, key, reading);
    await finishRun(transaction, key, workflowId, reading);
    return { reading, superseded: false };
  });
}
