import type { CollectedTable } from '../../../domain/collection/datasets/dataset';
import type { LearningDate } from '../../../domain/shared/learning-date';
import type { Queryable } from '../core/database';
import { scopeOf } from './sync-table';

/** Whether the table has any row of the cohort, on whatever date. */
export async function hasStoredRows(db: Queryable, { name }: CollectedTable, skId: string): Promise<boolean> {
  const rows = await db.query(`SELECT 1 FROM ${name} WHERE sk_id = ? LIMIT 1`, [skId]);
  return rows.length > 0;
}

/** The keys of the LMS's lists of which at least one row is stored; none where the table has no list column. */
export async function storedListKeys(
  db: Queryable,
  table: CollectedTable,
  { skId, date }: { skId: string; date: LearningDate },
): Promise<string[]> {
  const { name, listColumn, listedColumn } = table;
  if (listColumn === undefined) return [];
  const { condition, values } = scopeOf(table, skId, date);
  const isListed = listedColumn === undefined ? '' : ` AND ${listedColumn} IS NOT NULL`;
  const rows = await db.query<{ listKey: string }>(
    `SELECT DISTINCT ${listColumn} AS listKey FROM ${name} WHERE ${condition}${isListed}`,
    values,
  );
  return rows.map(({ listKey }) => listKey);
}
