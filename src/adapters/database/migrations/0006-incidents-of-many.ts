import type { Statement } from './migration';

/**
 * openeg_incidents.well_since: since when the cause of a shared incident has been well. openeg_video_completions.refusal: why
 * a completion waits for a person, `CODE: sentence`.
 */
export const statements: readonly Statement[] = [
  addColumn('openeg_incidents', 'well_since', 'DATETIME(3) NULL'),
  addColumn('openeg_video_completions', 'refusal', 'VARCHAR(600) NULL'),
];

function addColumn(table: string, column: string, type: string): Statement {
  return {
    unless: `SELECT 1 FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name = '${table}' AND column_name = '${column}'`,
    sql: `ALTER TABLE ${table} ADD COLUMN ${column} ${type}`,
  };
}
