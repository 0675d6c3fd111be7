import { randomUUID } from 'node:crypto';
import { noticeMessage } from '../../domain/alerts/operators-message';
import { ServiceError } from '../../domain/shared/service-error';
import {
  enqueueMessage,
  loadWaitingMessage,
  markDead,
  markPlain,
  markSent,
  type WaitingMessage,
} from '../../adapters/database/alerts/chat-outbox';
import type { Database, Queryable } from '../../adapters/database/core/database';
import type { Logger } from '../../adapters/logger';
import type { Metrics } from '../../adapters/metrics';
import type { ChatClient } from '../../adapters/chat/chat-client';

export interface SendOutboxMessageDeps {
  database: Database;
  chat: ChatClient;
  metrics: Metrics;
  logger: Logger;
}

/**
 * `sent`: Chat took it. `gone`: it did not wait any more, and nothing was posted. `given up`: Chat refused it for good.
 * `plain next`: its card was refused and its text is next. `busy`: Chat has to be tried again later. `revoked`: the
 * webhook takes nothing until a person acts.
 */
export type SendOutcome =
  | { kind: 'sent' }
  | { kind: 'gone' }
  | { kind: 'given up' }
  | { kind: 'plain next' }
  | { kind: 'busy'; retryAfterMs: number | undefined }
  | { kind: 'revoked'; reason: string };

/** What became of a message, and when it was posted, by `performance.now()`; null when it was not. */
export interface SendResult {
  outcome: SendOutcome;
  post: { startedMs: number; endedMs: number } | null;
}

/**
 * Posts one message of the outbox once and writes down what became of it. The plain text goes out under the same
 * `requestId` as the refused card: should Chat have created that one after all, no second message appears.
 * @throws ServiceError DATABASE_UNAVAILABLE; a message that was posted by then is posted again with its `requestId`
 */
export async function sendOutboxMessage(
  deps: SendOutboxMessageDeps,
  id: number,
  webhookUrl: string,
  signal: AbortSignal,
): Promise<SendResult> {
  const message = await loadWaitingMessage(deps.database, id);
  if (message === undefined) return { outcome: { kind: 'gone' }, post: null };
  const { requestId, threadKey, content } = message;
  const startedMs = performance.now();
  const failure = await deps.chat
    .post(message.plain ? content.plain : content.rich, webhookUrl, { requestId, threadKey, signal })
    .then(() => undefined, asServiceError);
  const post = { startedMs, endedMs: performance.now() };
  return {
    outcome: failure === undefined ? await afterSuccess(deps, message) : await afterFailure(deps, message, failure),
    post,
  };
}

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  throw error;
}

async function afterSuccess(
  { database, metrics }: SendOutboxMessageDeps,
  message: WaitingMessage,
): Promise<SendOutcome> {
  metrics.chatPosts.inc({ outcome: 'sent' });
  const underWayMs = await markSent(database, message.id);
  if (underWayMs !== undefined && message.kind === 'inquiry') metrics.alertDeliverySeconds.observe(underWayMs / 1000);
  return { kind: 'sent' };
}

async function afterFailure(
  deps: SendOutboxMessageDeps,
  message: WaitingMessage,
  error: ServiceError,
): Promise<SendOutcome> {
  const { id, skId, kind } = message;
  deps.logger.warn(
    { messageId: id, skId, kind, code: error.code, error: error.message },
    'A message did not get through',
  );
  if (error.code === 'CHAT_UNAVAILABLE') {
    deps.metrics.chatPosts.inc({ outcome: 'retried' });
    return { kind: 'busy', retryAfterMs: error.retryAfterMs };
  }
  deps.metrics.chatPosts.inc({ outcome: 'refused' });
  if (error.code !== 'CHAT_REJECTED') return { kind: 'revoked', reason: error.message };
  if (!message.plain) {
    await markPlain(deps.database, id, error.message);
    return { kind: 'plain next' };
  }
  await giveUp(deps.database, message, error.message);
  return { kind: 'given up' };
}

/** A message about a message that Chat refused could be refused too, so only alerts are told about. */
function giveUp(database: Database, message: WaitingMessage, reason: string): Promise<void> {
  const requestId = `dead-${randomUUID()}`;
  return database.transaction(async (transaction) => {
    if (!(await markDead(transaction, message.id, reason)) || message.kind === 'operations') return;
    const entryId = await findEntryId(transaction, message.requestId);
    const summary =
      `기수 ${message.skId}의 문의 알림 하나를 Google Chat이 받지 않아 포기했습니다 (문의 ${entryId}).\n` +
      `LMS에서 이 문의를 직접 확인하세요. 다른 알림은 계속 전송됩니다. 이유: ${reason}`;
    await enqueueMessage(transaction, {
      requestId,
      kind: 'operations',
      skId: null,
      threadKey: message.threadKey,
      content: noticeMessage(summary),
    });
  });
}

async function findEntryId(transaction: Queryable, entryHash: string): Promise<string> {
  const [row] = await transaction.query<{ entry_id: string }>(
    'SELECT entry_id FROM openeg_entry_tracking WHERE entry_hash = ?',
    [entryHash],
  );
  return row?.entry_id ?? entryHash;
}
