import type { SqlValue, Statement } from '../core/database';
import { rowBatches } from './row-batches';

/** A table of collected rows. Names come from code, never from outside: they stand in the SQL as they are. */
export interface CollectedTable<Column extends string> {
  name: string;
  /** What says which rows belong to the dataset, for instance `sk_id` and `log_date`. */
  scopeColumns: readonly Column[];
  /** The rest of the unique key. */
  keyColumns: readonly Column[];
  valueColumns: readonly Column[];
  /** Whose row it is, where a row belongs to a student. */
  studentColumn?: Column;
}

export type CollectedRow<Column extends string> = Readonly<Record<Column, SqlValue>>;

/** The rows that a table shall hold of one scope, as statements of a transaction. */
export interface TableContent {
  /** Which keys are stored of the scope. */
  storedKeys: Statement;
  /**
   * @param stored the rows of `storedKeys`
   * @param erasedStudents students whose data was erased on request: no collection stores a row of theirs again
   */
  sync(stored: readonly object[], erasedStudents: ReadonlySet<string>): { statements: Statement[]; rowCount: number };
}

/**
 * Makes the rows of one scope equal to `rows`: what is not among them is deleted, the others are inserted or updated; of
 * several rows with one key the last counts. A row that is equal already is not written. All within one transaction, so
 * that a reader sees the rows before or after.
 * @param scope of the table's scope columns; every row carries the same
 */
export function tableContent<Column extends string>(
  table: CollectedTable<Column>,
  scope: readonly SqlValue[],
  rows: readonly CollectedRow<Column>[],
): TableContent {
  const { name, scopeColumns, keyColumns, valueColumns, studentColumn } = table;
  const keyOf = (row: CollectedRow<Column>) => JSON.stringify(keyColumns.map((column) => row[column]));
  const inScope = scopeColumns.map((column) => `${column} = ?`).join(' AND ');
  const keys = keyColumns.join(', ');
  const columns = [...scopeColumns, ...keyColumns, ...valueColumns];
  const deletion = `DELETE FROM ${name} WHERE ${inScope} AND (${keys}) IN (?)`;
  const upsert =
    `INSERT INTO ${name} (${columns.join(', ')}) VALUES ? ON DUPLICATE KEY UPDATE ` +
    valueColumns.map((column) => `${column} = VALUES(${column})`).join(', ');

  return {
    storedKeys: { sql: `SELECT ${keys} FROM ${name} WHERE ${inScope}`, parameters: scope },
    sync(stored, erasedStudents) {
      const rowByKey = new Map<string, CollectedRow<Column>>();
      for (const row of rows) {
        const erased = studentColumn !== undefined && erasedStudents.has(String(row[studentColumn]));
        if (!erased) rowByKey.set(keyOf(row), row);
      }
      const unlisted = (stored as CollectedRow<Column>[]).filter((row) => !rowByKey.has(keyOf(row)));
      const unlistedKeys = unlisted.map((row) => keyColumns.map((column) => row[column]));
      // Every writer in the order of the key: two of them then seldom wait for each other crosswise.
      const sorted = [...rowByKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
      const listed = sorted.map((row) => columns.map((column) => row[column]));
      return {
        statements: [
          // Before the upserts: should the database hold a key otherwise than it was listed, the row is written anew, not lost.
          ...Array.from(rowBatches(unlistedKeys), (batch) => ({ sql: deletion, parameters: [...scope, batch] })),
          ...Array.from(rowBatches(listed), (batch) => ({ sql: upsert, parameters: [batch] })),
        ],
        rowCount: rowByKey.size,
      };
    },
  };
}
