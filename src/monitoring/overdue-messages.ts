import { sendOutboxMessage, type SendOutboxMessageDeps } from '../activities/alerts/send-outbox-message';
import { listOverdueOperatorsMessages } from '../adapters/database/alerts/chat-outbox';
import { pause } from '../adapters/shared/pause';

/** Delivery takes a message within seconds. One that is older waits because Temporal is away. */
const OVERDUE_AFTER_SECONDS = 30;
/** Chat takes a message a second and space (contract section 2). */
const SPACING_MS = 1_000;

/**
 * Posts the operators' messages that delivery left waiting, so that operators read of an outage of Temporal while it
 * lasts. When delivery comes back at the same moment, Chat drops the second post by its `requestId`.
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export async function postOverdueMessages(
  deps: SendOutboxMessageDeps,
  operatorsWebhookUrl: string,
  until: AbortSignal,
): Promise<void> {
  const overdue = await listOverdueOperatorsMessages(deps.database, OVERDUE_AFTER_SECONDS);
  for (const id of overdue) {
    if (until.aborted) return;
    const { outcome } = await sendOutboxMessage(deps, id, operatorsWebhookUrl, until);
    if (outcome.kind !== 'sent' && outcome.kind !== 'given up') return;
    await pause(SPACING_MS, [until]);
  }
}
