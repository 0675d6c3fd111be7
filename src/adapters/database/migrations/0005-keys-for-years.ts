import type { Statement } from './migration';

/*
 * Keys for tables that grow for years (decision 0017). Each table is changed by one statement, which is atomic, and in place:
 * reads and writes go on meanwhile, on MySQL 8 and on MariaDB. A server that cannot do that refuses the statement.
 */

const ONLINE = 'ALGORITHM=INPLACE, LOCK=NONE';

export const statements: readonly Statement[] = [
  // A learning date is collected, read and erased for a whole cohort, so its rows stand together.
  {
    unless: keyExists('openeg_vod_logs', 'student'),
    sql: `ALTER TABLE openeg_vod_logs
      DROP PRIMARY KEY, ADD PRIMARY KEY (sk_id, log_date, student_id, period),
      DROP KEY cohort_date, ADD KEY student (sk_id, student_id), ${ONLINE}`,
  },
  addKey('openeg_task_submissions', 'student', 'sk_id, student_id'),
  addKey('openeg_pbl_submissions', 'student', 'sk_id, student_id'),
  addKey('openeg_dataset_readings', 'type_stored', 'data_type, stored_at'),
  // Both stand before `state_id`, which has the state alone.
  addKey('openeg_chat_outbox', 'state_space', 'state, kind, sk_id, id'),
  addKey('openeg_chat_outbox', 'state_created', 'state, kind, created_at'),
  addKey('openeg_chat_outbox', 'created', 'created_at'),
  addKey('openeg_entry_tracking', 'cohort_created', 'sk_id, created_at'),
  addKey('openeg_incidents', 'open_closed', 'is_open, closed_at'),
  addKey('openeg_statistics_triggers', 'sent', 'sent_at'),
  addKey('openeg_statistics_triggers', 'state_date', 'state, target_date'),
  addKey('openeg_progress_members', 'last_call', 'last_call_at'),
  addKey('openeg_video_progress', 'last_call', 'last_call_at'),
  // When the cohort was imported or became active again.
  {
    unless: `SELECT 1 FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name = 'openeg_gather_town_info' AND column_name = 'imported_at'`,
    sql: 'ALTER TABLE openeg_gather_town_info ADD COLUMN imported_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)',
  },
  // Until now a cohort's checks began an hour before its import.
  `UPDATE openeg_gather_town_info c JOIN openeg_inquiry_checks k ON k.sk_id = c.sk_id
   SET c.imported_at = LEAST(c.imported_at, k.begins_at + INTERVAL 1 HOUR)`,
];

function addKey(table: string, name: string, columns: string): Statement {
  return { unless: keyExists(table, name), sql: `ALTER TABLE ${table} ADD KEY ${name} (${columns}), ${ONLINE}` };
}

function keyExists(table: string, name: string): string {
  return `SELECT 1 FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name = '${table}' AND index_name = '${name}' LIMIT 1`;
}
