import type { CollectedTable, ColumnValue, TableRows } from '../../../domain/collection/datasets/define-dataset';
import type { LearningDate } from '../../../domain/shared/learning-date';
import type { Queryable, SqlValue, Statement } from '../core/database';
import { rowBatches } from './row-batches';

/** The rows of one cohort, and of one learning date where the table has a date column. */
export interface TableScope {
  columns: readonly string[];
  values: readonly string[];
  /** With a placeholder for each of `values`. */
  condition: string;
}

export function scopeOf({ dateColumn }: CollectedTable, skId: string, date: LearningDate): TableScope {
  return dateColumn === undefined
    ? { columns: ['sk_id'], values: [skId], condition: 'sk_id = ?' }
    : { columns: ['sk_id', dateColumn], values: [skId, date], condition: `sk_id = ? AND ${dateColumn} = ?` };
}

/** Whether the table has any row of the cohort, on whatever date. */
export async function hasStoredRows(db: Queryable, { name }: CollectedTable, skId: string): Promise<boolean> {
  const rows = await db.query(`SELECT 1 FROM ${name} WHERE sk_id = ? LIMIT 1`, [skId]);
  return rows.length > 0;
}

/** The statements of one transaction that make a table equal to a listing. */
export interface TableSync {
  /** Selects the keys that are stored now. */
  storedKeys: Statement;
  /** @param stored the rows of `storedKeys` */
  changes(stored: readonly object[], erasedStudents: ReadonlySet<string>): TableChanges;
}

export interface TableChanges {
  statements: Statement[];
  /** Rows of the scope after the changes. */
  rowCount: number;
}

type Row = Readonly<Record<string, ColumnValue>>;

/**
 * Makes the rows of one scope equal to `rows`: deletes stored rows that are not listed, and inserts or updates the listed
 * ones. Of several rows with one key the last counts. Rows of erased students are left out.
 */
export function syncTable({ table, rows }: TableRows, scope: TableScope): TableSync {
  const { name, keyColumns, valueColumns, studentColumn } = table;
  const keyOf = (row: Row) => JSON.stringify(keyColumns.map((column) => row[column]));
  const keys = keyColumns.join(', ');
  const columns = [...keyColumns, ...valueColumns];
  // Table and column names come from code, never from outside: they stand in the SQL unescaped.
  const deletion = `DELETE FROM ${name} WHERE ${scope.condition} AND (${keys}) IN (?)`;
  const upsert =
    `INSERT INTO ${name} (${[...scope.columns, ...columns].join(', ')}) VALUES ? ON DUPLICATE KEY UPDATE ` +
    valueColumns.map((column) => `${column} = VALUES(${column})`).join(', ');

  return {
    storedKeys: { sql: `SELECT ${keys} FROM ${name} WHERE ${scope.condition}`, parameters: scope.values },
    changes(stored, erasedStudents) {
      const rowByKey = new Map<string, Row>();
      for (const row of rows) {
        const isErased = studentColumn !== null && erasedStudents.has(String(row[studentColumn]));
        if (!isErased) rowByKey.set(keyOf(row), row);
      }
      const unlisted = (stored as Row[]).filter((row) => !rowByKey.has(keyOf(row)));
      // All writers use the order of the keys, so that two of them rarely deadlock.
      const listed = [...rowByKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
      const unlistedKeys = unlisted.map((row) => keyColumns.map((column) => row[column] as SqlValue));
      const listedValues = listed.map((row) => [...scope.values, ...columns.map((column) => row[column] as SqlValue)]);
      return {
        statements: [
          // Deletes first: where the database compares two keys as equal that differ here, the listed row survives.
          ...Array.from(rowBatches(unlistedKeys), (batch) => ({ sql: deletion, parameters: [...scope.values, batch] })),
          ...Array.from(rowBatches(listedValues), (batch) => ({ sql: upsert, parameters: [batch] })),
        ],
        rowCount: rowByKey.size,
      };
    },
  };
}
