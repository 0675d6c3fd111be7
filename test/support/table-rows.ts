import type { Queryable } from '../../src/adapters/database/core/database';
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
  const dated = table === 'openeg_vod_logs' ? ' AND log_date = ?' : '';
  const rows = await db.query<Record<string, string | number | Date | null>>(
    `SELECT * FROM ${table} WHERE sk_id = ?${dated}`,
    dated === '' ? [skId] : [skId, date],
  );
  const plain = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => [column, value instanceof Date ? value.toISOString() : value]),
    ),
  );
  sortRows(plain, TABLE_KEYS[table]);
  return plain;
}
