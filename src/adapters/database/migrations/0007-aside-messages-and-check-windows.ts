import type { Statement } from './migration';

const ONLINE = 'ALGORITHM=INPLACE, LOCK=NONE';

export const statements: readonly Statement[] = [
  // A message that Google Chat does not take while it takes others is put aside (decision 0002). refused_space identifies its
  // space until a later message of that space was taken: several refusals without one are the webhook's.
  {
    unless: columnExists('openeg_chat_outbox', 'aside_at'),
    sql: `ALTER TABLE openeg_chat_outbox ADD COLUMN aside_at DATETIME(3) NULL, ADD COLUMN tried_at DATETIME(3) NULL,
      ADD COLUMN refused_space CHAR(64) NULL, ${ONLINE}`,
  },
  // Inquiries up to deleted_until are listed no more. empty_checks counts the checks in a row that listed nothing.
  {
    unless: columnExists('openeg_inquiry_checks', 'empty_checks'),
    sql: `ALTER TABLE openeg_inquiry_checks ADD COLUMN deleted_until DATETIME(3) NULL,
      ADD COLUMN empty_checks INT NOT NULL DEFAULT 0, ADD COLUMN wide_tried_at DATETIME(3) NULL,
      ADD COLUMN wide_failing_since DATETIME(3) NULL, ${ONLINE}`,
  },
];

function columnExists(table: string, column: string): string {
  return `SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = '${table}' AND column_name = '${column}'`;
}
