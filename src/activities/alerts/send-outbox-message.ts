import { randomUUID } from 'node:crypto';
import type { ChatClient } from '../../adapters/chat/chat-client';
import {
  enqueueMessage,
  loadWaitingMessage,
  markDead,
  markPlain,
  markSent,
  type WaitingMessage,
} from '../../adapters/database/alerts/chat-outbox';
import type { Database } from '../../adapters/database/core/database';
import { findEntryId } from '../../adapters/database/inquiries/entry-tracking';
import type { Logger } from '../../adapters/logger';
import type { Metrics } from '../../adapters/metrics';
import { noticeMessage } from '../../domain/operations/operators-message';
import { alertGivenUpText } from '../../domain/operations/operators-texts';
import { loggableError } from '../../domain/shared/loggable-error';
import { ServiceError } from '../../domain/shared/service-error';

export interface SendOutboxMessageDependencies {
  database: Database;
  chat: ChatClient;
  metrics: Metrics;
  logger: Logger;
}

export type SendOutcome =
  | { kind: 'sent' }
  /** The message did not wait any more. Nothing was posted. */
  | { kind: 'not waiting' }
  /** Chat refused the card. The text is sent in its turn. */
  | { kind: 'card refused' }
  /** Chat refused the text too. The message is given up. */
  | { kind: 'refused' }
  /** Chat may take the message later. */
  | { kind: 'unavailable'; retryAfterMs: number | undefined }
  /** The webhook takes no message until a person acts. */
  | { kind: 'webhook refused'; reason: string };

export interface SendResult {
  outcome: SendOutcome;
  /** Start and end of the post by `performance.now()`; null when nothing was posted. */
  post: { startedMs: number; endedMs: number } | null;
}

/**
 * Posts one message of the outbox once and records the outcome. The text goes out under the same `requestId` as the
 * refused card, so no second message appears if Chat created the card after all (decision 0005).
 * @throws ServiceError DATABASE_UNAVAILABLE; a message that was posted by then is posted again with its `requestId`
 */
export async function sendOutboxMessage(
  dependencies: SendOutboxMessageDependencies,
  id: number,
  webhookUrl: string,
  signal: AbortSignal,
): Promise<SendResult> {
  const message = await loadWaitingMessage(dependencies.database, id);
  if (message === undefined) return { outcome: { kind: 'not waiting' }, post: null };
  const { requestId, threadKey, content } = message;
  const startedMs = performance.now();
  const failure = await dependencies.chat
    .post(message.isPlain ? content.plain : content.rich, webhookUrl, { requestId, threadKey, signal })
    .then(() => undefined, asServiceError);
  const post = { startedMs, endedMs: performance.now() };
  const outcome =
    failure === undefined
      ? await recordSuccess(dependencies, message)
      : await recordFailure(dependencies, message, failure);
  return { outcome, post };
}

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  throw error;
}

async function recordSuccess(
  { database, metrics }: SendOutboxMessageDependencies,
  message: WaitingMessage,
): Promise<SendOutcome> {
  metrics.chatPosts.inc({ outcome: 'sent' });
  const waitedMs = await markSent(database, message.id);
  if (waitedMs !== undefined && message.kind === 'inquiry') metrics.alertDeliverySeconds.observe(waitedMs / 1000);
  return { kind: 'sent' };
}

async function recordFailure(
  { database, metrics, logger }: SendOutboxMessageDependencies,
  message: WaitingMessage,
  error: ServiceError,
): Promise<SendOutcome> {
  const { id, skId, kind } = message;
  logger.warn({ messageId: id, skId, kind, ...loggableError(error) }, 'A message was not sent');
  if (error.code === 'CHAT_UNAVAILABLE') {
    metrics.chatPosts.inc({ outcome: 'retried' });
    return { kind: 'unavailable', retryAfterMs: error.retryAfterMs };
  }
  metrics.chatPosts.inc({ outcome: 'refused' });
  if (error.code !== 'CHAT_REJECTED') return { kind: 'webhook refused', reason: error.message };
  if (!message.isPlain) {
    await markPlain(database, id, error.message);
    return { kind: 'card refused' };
  }
  await giveUp(database, message, error.message);
  return { kind: 'refused' };
}

/** Operators get a notice about an alert only: a notice about a refused notice could be refused too, without end. */
function giveUp(database: Database, message: WaitingMessage, reason: string): Promise<void> {
  const requestId = `dead-${randomUUID()}`;
  return database.transaction(async (transaction) => {
    if (!(await markDead(transaction, message.id, reason)) || message.kind === 'operations') return;
    const entryId = (await findEntryId(transaction, message.requestId)) ?? message.requestId;
    await enqueueMessage(transaction, {
      requestId,
      kind: 'operations',
      skId: null,
      threadKey: message.threadKey,
      content: noticeMessage(alertGivenUpText({ skId: message.skId, entryId, reason })),
    });
  });
}
