import type { Queryable } from '../../src/adapters/database/core/database';
import { storedRows } from '../../tools/demo/compare-tables';
import { TABLE_KEYS, sortRows, type ExpectedRow, type ExpectedTable } from '../../simulator/expected-rows';

/** The tables that a collection fills; `openeg_entry_tracking` is the inquiries'. */
export const COLLECTED_TABLES = (Object.keys(TABLE_KEYS) as ExpectedTable[]).filter(
  (table) => table !== 'openeg_entry_tracking',
);

/**
 * What a table holds of a cohort (of one date where it has dates), in the form of the simulator's expectation: instants
 * as ISO text, rows sorted by key, and every column that there is.
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
