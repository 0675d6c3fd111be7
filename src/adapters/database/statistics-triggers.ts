import { createHash } from 'node:crypto';
import type { DataType } from '../../domain/data-type';
import type { LearningDate } from '../../domain/learning-date';
import { coversTrigger, statisticsTriggerBody, type StatisticsTrigger } from '../../domain/statistics-trigger';
import type { Queryable } from './database';

interface TriggerRow {
  trigger_key: string;
  target_date: LearningDate;
  sk_ids: string;
  data_types: string;
}

/** The same content is the same trigger: sent again, it is the same row. */
function triggerKey(trigger: StatisticsTrigger): string {
  return createHash('sha256').update(statisticsTriggerBody(trigger)).digest('hex');
}

/** @param error the sentence for operators when it failed; cut to the column's length */
export async function recordTrigger(
  db: Queryable,
  trigger: StatisticsTrigger,
  state: 'sent' | 'failed',
  error: string | null = null,
): Promise<void> {
  await db.execute(
    `INSERT INTO openeg_statistics_triggers
       (trigger_key, target_date, sk_ids, data_types, state, created_at, sent_at, error)
     VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3), IF(? = 'sent', UTC_TIMESTAMP(3), NULL), LEFT(?, 500))
     ON DUPLICATE KEY UPDATE state = VALUES(state), sent_at = COALESCE(VALUES(sent_at), sent_at), error = VALUES(error)`,
    [
      triggerKey(trigger),
      trigger.targetDate,
      JSON.stringify(trigger.skIds),
      JSON.stringify(trigger.dataTypes),
      state,
      state,
      error,
    ],
  );
}

/** Marks as replaced what failed before and is told by this trigger, which was sent. */
export async function replaceFailedTriggers(db: Queryable, sent: StatisticsTrigger): Promise<void> {
  for (const { key, trigger } of await failedTriggers(db, sent.targetDate)) {
    if (!coversTrigger(sent, trigger)) continue;
    await db.execute("UPDATE openeg_statistics_triggers SET state = 'replaced' WHERE trigger_key = ?", [key]);
  }
}

/** Whether a trigger of the date failed of which nobody has told the statistics server since. */
export async function hasFailedTriggers(db: Queryable, date: LearningDate): Promise<boolean> {
  return (await failedTriggers(db, date)).length > 0;
}

async function failedTriggers(
  db: Queryable,
  date: LearningDate,
): Promise<{ key: string; trigger: StatisticsTrigger }[]> {
  const rows = await db.query<TriggerRow>(
    `SELECT trigger_key, target_date, sk_ids, data_types FROM openeg_statistics_triggers
     WHERE target_date = ? AND state = 'failed'`,
    [date],
  );
  return rows.map((row) => ({
    key: row.trigger_key,
    trigger: {
      targetDate: row.target_date,
      skIds: JSON.parse(row.sk_ids) as string[],
      dataTypes: JSON.parse(row.data_types) as DataType[],
    },
  }));
}
