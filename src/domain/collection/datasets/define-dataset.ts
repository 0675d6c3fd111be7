export type ColumnValue = string | number | boolean | Date | null;

/**
 * A table of collected rows. A row belongs to a cohort (column `sk_id`) and, where the table has a date column, to a
 * learning date; the key columns identify it there.
 */
export interface CollectedTable<Column extends string = string> {
  name: string;
  keyColumns: readonly Column[];
  valueColumns: readonly Column[];
  /** The column of the learning date: retention erases old rows by it. Without it, the rows are the LMS's present state. */
  dateColumn?: string;
  /**
   * The column of the learner: erasure deletes by it, and later collections leave out an erased learner's rows. Null where
   * no row is about one learner. It is not optional, so a new table cannot leave it out by mistake.
   */
  studentColumn: NoInfer<Column> | null;
}

/** A table and all rows that it must have of one cohort (and date) after a collection. */
export interface TableRows<Column extends string = string> {
  table: CollectedTable<Column>;
  rows: readonly Readonly<Record<Column, ColumnValue>>[];
}

/**
 * One data type of a collection: where it is stored and how a listing of the LMS becomes rows. Storing, erasure and
 * retention all follow from it. How it is asked for: `gather-listing.ts` of the activities.
 */
export interface Dataset<Listing> {
  /** The first one has a row for each item of the listing. */
  tables: readonly CollectedTable[];
  /** The rows of each table. The last one counts where several have the same key. */
  toRows(listing: Listing): TableRows[];
}

/** Infers the table's column names from its description. */
export function defineTable<Column extends string>(table: CollectedTable<Column>): CollectedTable<Column> {
  return table;
}

/** Checks at compile time that each row has exactly the table's columns. */
export function rowsOf<Column extends string>(
  table: CollectedTable<Column>,
  rows: readonly Readonly<Record<NoInfer<Column>, ColumnValue>>[],
): TableRows<Column> {
  return { table, rows };
}
