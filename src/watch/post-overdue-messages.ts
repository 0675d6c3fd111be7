import { setTimeout as sleep } from 'node:timers/promises';
import { sendOutboxMessage, type SendOutboxMessageDeps } from '../adapters/chat/send-outbox-message';
import { listOverdueOperatorsMessages } from '../adapters/database/chat-outbox';

/** Delivery takes a message within seconds; what waits longer waits because Temporal, or every worker of it, is away. */
const OVERDUE_AFTER_SECONDS = 30;
/** Chat takes a message a second and space. */
const SPACING_MS = 1_000;
/** A message that Chat refuses holds none up, but a webhook that refuses all is left alone until the next look. */
const MOST_REFUSED = 2;

/**
 * Posts the operators' messages that delivery did not, so that they are told of an outage of Temporal during it. Should
 * delivery come back at the same moment, Chat drops the second post by its `requestId`. What Chat refuses stays delivery's.
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export async function postOverdueMessages(
  deps: SendOutboxMessageDeps,
  operatorsWebhookUrl: string,
  until: AbortSignal,
): Promise<void> {
  const overdue = await listOverdueOperatorsMessages(deps.database, OVERDUE_AFTER_SECONDS);
  let refused = 0;
  for (const id of overdue) {
    if (until.aborted) return;
    const { outcome } = await sendOutboxMessage(deps, id, operatorsWebhookUrl, until);
    if (outcome.kind === 'refused') refused += 1;
    if ((outcome.kind !== 'sent' && outcome.kind !== 'refused') || refused > MOST_REFUSED) return;
    await sleep(SPACING_MS, undefined, { signal: until }).catch(() => undefined);
  }
}
