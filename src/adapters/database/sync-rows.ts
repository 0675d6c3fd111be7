import type { Queryable, SqlValue } from './database';
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

export interface SyncScope {
  /** Of the table's scope columns; every row carries the same. */
  values: readonly SqlValue[];
  /** Students whose data was erased on request: no collection stores a row of theirs again. */
  erasedStudents: ReadonlySet<string>;
}

/**
 * Makes the rows of one scope equal to `rows`: what is not among them is deleted, the others are inserted or updated; of
 * several rows with one key the last counts. A row that is equal already is not written. Part of a transaction, so that
 * a reader sees the rows before or after. Answers how many rows the scope has now.
 */
export async function syncRows<Column extends string>(
  transaction: Queryable,
  table: CollectedTable<Column>,
  scope: SyncScope,
  rows: readonly CollectedRow<Column>[],
): Promise<number> {
  const { studentColumn } = table;
  const keyOf = (row: CollectedRow<Column>) => JSON.stringify(table.keyColumns.map((column) => row[column]));
  const rowByKey = new Map<string, CollectedRow<Column>>();
  for (const row of rows) {
    const erased = studentColumn !== undefined && scope.erasedStudents.has(String(row[studentColumn]));
    if (!erased) rowByKey.set(keyOf(row), row);
  }

  // Before the upsert: should the database hold a key otherwise than it was listed, the row is written anew, not lost.
  const inScope = table.scopeColumns.map((column) => `${column} = ?`).join(' AND ');
  const keyColumns = table.keyColumns.join(', ');
  const stored = await transaction.query<CollectedRow<Column>>(
    `SELECT ${keyColumns} FROM ${table.name} WHERE ${inScope}`,
    scope.values,
  );
  const unlisted = stored.filter((row) => !rowByKey.has(keyOf(row)));
  for (const batch of rowBatches(unlisted.map((row) => table.keyColumns.map((column) => row[column])))) {
    await transaction.execute(`DELETE FROM ${table.name} WHERE ${inScope} AND (${keyColumns}) IN (?)`, [
      ...scope.values,
      batch,
    ]);
  }

  // Every writer in the order of the key: two of them then seldom wait for each other crosswise.
  const sorted = [...rowByKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
  const columns = [...table.scopeColumns, ...table.keyColumns, ...table.valueColumns];
  const upsert =
    `INSERT INTO ${table.name} (${columns.join(', ')}) VALUES ? ON DUPLICATE KEY UPDATE ` +
    table.valueColumns.map((column) => `${column} = VALUES(${column})`).join(', ');
  for (const batch of rowBatches(sorted.map((row) => columns.map((column) => row[column])))) {
    await transaction.execute(upsert, [batch]);
  }
  return rowByKey.size;
}
