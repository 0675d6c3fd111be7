import { createHash, randomUUID } from 'node:crypto';
import { noticeMessage } from '../../../domain/operations/operators-message';
import { inquiriesUnreadableText } from '../../../domain/operations/operators-texts';
import type { UnreadableInquiry } from '../../lms/lms-client';
import { enqueueMessage } from '../alerts/chat-outbox';
import type { Database } from '../core/database';

/**
 * Enqueues one notice about the given inquiries that no earlier notice named. The outbox keeps a row without content for
 * each inquiry: its unique key lets one check name it. One without an entryId is named once a day for its cohort.
 */
export async function reportUnreadableInquiries(
  database: Database,
  skId: string,
  unreadable: readonly UnreadableInquiry[],
  now: Date,
): Promise<void> {
  if (unreadable.length === 0) return;
  const byKey = new Map(unreadable.map((inquiry) => [keyOf(skId, inquiry, now), inquiry]));
  const known = await database.query<{ request_id: string }>(
    'SELECT request_id FROM openeg_chat_outbox WHERE request_id IN (?)',
    [[...byKey.keys()]],
  );
  for (const { request_id } of known) byKey.delete(request_id);
  if (byKey.size === 0) return;
  const requestId = `unreadable-notice-${randomUUID()}`;
  await database.transaction(async (transaction) => {
    const named: UnreadableInquiry[] = [];
    for (const [key, inquiry] of byKey) {
      const { affectedRows } = await transaction.execute(
        `INSERT INTO openeg_chat_outbox (request_id, kind, sk_id, thread_key, state, created_at, sent_at)
         VALUES (?, 'operations', ?, ?, 'sent', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
         ON DUPLICATE KEY UPDATE request_id = VALUES(request_id)`,
        [key, skId, key],
      );
      if (affectedRows > 0) named.push(inquiry);
    }
    if (named.length === 0) return;
    const content = noticeMessage(inquiriesUnreadableText(skId, named));
    await enqueueMessage(transaction, { requestId, kind: 'operations', skId: null, threadKey: requestId, content });
  });
}

function keyOf(skId: string, { entryId }: UnreadableInquiry, now: Date): string {
  const identity = entryId === null ? ['', now.toISOString().slice(0, 10)] : [entryId];
  return `unreadable-${createHash('sha256')
    .update([skId, ...identity].join('\n'))
    .digest('hex')}`;
}
