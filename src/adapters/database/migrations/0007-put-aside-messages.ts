import type { Statement } from './migration';

/*
 * A message that Google Chat does not take while it takes others is put aside (decision 0002). `refused_space` identifies its
 * space until a later message of that space was taken: several refusals without one are the webhook's.
 */
export const statements: readonly Statement[] = [
  {
    unless: `SELECT 1 FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name = 'openeg_chat_outbox' AND column_name = 'aside_at'`,
    sql: `ALTER TABLE openeg_chat_outbox ADD COLUMN aside_at DATETIME(3) NULL, ADD COLUMN tried_at DATETIME(3) NULL,
      ADD COLUMN refused_space CHAR(64) NULL, ALGORITHM=INPLACE, LOCK=NONE`,
  },
];
