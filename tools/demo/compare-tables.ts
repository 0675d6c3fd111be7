import type { ExpectedRow, ExpectedTable } from '../../simulator/expected-rows';
import type { Queryable } from '../../src/adapters/database/core/database';
import type { SimulatorProcess } from '../simulator-process';

/** Of one table, over all cohorts. */
export interface TableComparison {
  table: string;
  /** Rows of the simulator. */
  expected: number;
  /** Rows of the database. */
  stored: number;
  /** Rows that are missing, surplus, or differ in a column. */
  different: number;
}

/** Compares every row and column of the simulator with the database. */
export async function compareTables(
  database: Pick<Queryable, 'query'>,
  simulator: Pick<SimulatorProcess, 'cohorts' | 'expected'>,
  date: string,
): Promise<TableComparison[]> {
  const comparisons = new Map<string, TableComparison>();
  for (const { skId } of await simulator.cohorts()) {
    const { tables, keys } = await simulator.expected(skId, date);
    for (const [table, expected] of Object.entries(tables) as [ExpectedTable, ExpectedRow[]][]) {
      const stored = await storedRows(database, table, skId, keys[table].includes('log_date') ? date : undefined);
      const total = comparisons.get(table) ?? { table, expected: 0, stored: 0, different: 0 };
      comparisons.set(table, {
        table,
        expected: total.expected + expected.length,
        stored: total.stored + stored.length,
        different: total.different + countDifferences(expected, stored, keys[table]),
      });
    }
  }
  return [...comparisons.values()];
}

/** Every column of a table's rows of a cohort, and of a date where the table has dates; instants as ISO text. */
export async function storedRows(
  database: Pick<Queryable, 'query'>,
  table: ExpectedTable,
  skId: string,
  date: string | undefined,
): Promise<ExpectedRow[]> {
  const rows = await database.query<Record<string, string | number | Date | null>>(
    `SELECT * FROM ${table} WHERE sk_id = ?${date === undefined ? '' : ' AND log_date = ?'}`,
    date === undefined ? [skId] : [skId, date],
  );
  const plain = (value: string | number | Date | null) => (value instanceof Date ? value.toISOString() : value);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plain(value)])));
}

/** The service may keep further columns: only the expected ones count. */
function countDifferences(
  expected: readonly ExpectedRow[],
  stored: readonly ExpectedRow[],
  key: readonly string[],
): number {
  const keyOf = (row: ExpectedRow) => JSON.stringify(key.map((column) => row[column]));
  const found = new Map(stored.map((row) => [keyOf(row), row]));
  let differences = 0;
  for (const row of expected) {
    const other = found.get(keyOf(row));
    found.delete(keyOf(row));
    const isSame = other !== undefined && Object.keys(row).every((column) => row[column] === other[column]);
    if (!isSame) differences += 1;
  }
  return differences + found.size;
}
