import type { Queryable } from '../../src/adapters/database/core/database';
import { storedRows } from '../../tools/demo/compare-tables';
import { TABLE_KEYS, sortRows, type ExpectedRow, type ExpectedTable } from '../../simulator/expected-rows';

/** The tables that a collection fills, so without `openeg_entry_tracking` of the inquiries. */
export const COLLECTED_TABLES = (Object.keys(TABLE_KEYS) as ExpectedTable[]).filter(
  (table) => table !== 'openeg_entry_tracking',
);

/**
 * A table's rows of a cohort, and of one date where the table has dates, in the form of the simulator's expected rows:
 * instants as ISO text, rows sorted by key, every column.
 */
export async function tableRows(
  db: Queryable,
  table: ExpectedTable,
  skId: string,
  date: string,
): Promise<ExpectedRow[]> {
  const hasDates = (TABLE_KEYS[table] as readonly string[]).includes('log_date');
  const rows = await storedRows(db, table, skId, hasDates ? date : undefined);
  sortRows(rows, TABLE_KEYS[table]);
  return rows;
}
