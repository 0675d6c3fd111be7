/** MySQL has no ADD KEY IF NOT EXISTS: where `unless` finds a row, the statement was run before and is left out. */
export type Statement = string | { unless: string; sql: string };

export interface Migration {
  /** Recorded in `openeg_migrations`; never changed once released. */
  name: string;
  /** Each must bear being run twice, because MySQL commits each DDL statement by itself. */
  statements: readonly Statement[];
}
