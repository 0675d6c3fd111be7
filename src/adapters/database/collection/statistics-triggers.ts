import { createHash } from 'node:crypto';
import type { DataType } from '../../../domain/collection/data-type';
import type { LearningDate } from '../../../domain/shared/learning-date';
import {
  coversTrigger,
  statisticsTriggerBody,
  type StatisticsTrigger,
} from '../../../domain/collection/statistics-trigger';
import type { Queryable } from '../core/database';

interface TriggerRow {
  trigger_key: string;
  state: 'sent' | 'failed';
  created_at: Date;
  sent_at: Date | null;
  target_date: LearningDate;
  sk_ids: string;
  data_types: string;
}

/** Triggers with the same content have the same row. */
function triggerKey(trigger: StatisticsTrigger): string {
  return createHash('sha256').update(statisticsTriggerBody(trigger)).digest('hex');
}

/**
 * Records that a trigger was sent or that it failed. `created_at` is the time of the first record, or of the last failure.
 * @param error a sentence for operators when it failed; cut to the column's length
 */
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
     ON DUPLICATE KEY UPDATE created_at = IF(VALUES(state) = 'failed', VALUES(created_at), created_at),
       state = VALUES(state), sent_at = COALESCE(VALUES(sent_at), sent_at), error = VALUES(error)`,
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

/** Marks a date's failed triggers as replaced where later triggers, one or several together, announced the same. */
export async function replaceFailedTriggers(db: Queryable, date: LearningDate): Promise<void> {
  const rows = await db.query<TriggerRow>(
    `SELECT trigger_key, state, created_at, sent_at, target_date, sk_ids, data_types FROM openeg_statistics_triggers
     WHERE target_date = ? AND state IN ('failed', 'sent')`,
    [date],
  );
  const sent = rows.filter(({ state }) => state === 'sent');
  for (const failed of rows.filter(({ state }) => state === 'failed')) {
    const sentSince = sent.filter(({ sent_at }) => sent_at !== null && sent_at >= failed.created_at);
    if (!coversTrigger(sentSince.map(triggerOf), triggerOf(failed))) continue;
    await db.execute("UPDATE openeg_statistics_triggers SET state = 'replaced' WHERE trigger_key = ?", [
      failed.trigger_key,
    ]);
  }
}

function triggerOf(row: TriggerRow): StatisticsTrigger {
  return {
    targetDate: row.target_date,
    skIds: JSON.parse(row.sk_ids) as string[],
    dataTypes: JSON.parse(row.data_types) as DataType[],
  };
}
