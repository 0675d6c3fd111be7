import { ServiceError } from '../../domain/service-error';
import { loadWaitingMessage, markPlain, markSent, type WaitingMessage } from '../database/chat-outbox';
import type { Database } from '../database/database';
import type { Logger } from '../logger';
import type { Metrics } from '../metrics';
import type { ChatClient } from './chat-client';

export interface SendOutboxMessageDeps {
  database: Database;
  chat: ChatClient;
  metrics: Metrics;
  logger: Logger;
}

/**
 * `sent`: Chat took it. `gone`: it did not wait any more, and nothing was posted. `plain next`: its card was
 * refused and its text is next. `refused`: so was its text; it still waits, for whether message or webhook is at fault is
 * the caller's to judge. `busy`: Chat has to be tried again later. `revoked`: the webhook takes nothing until a person acts.
 */
export type SendOutcome =
  | { kind: 'sent' }
  | { kind: 'gone' }
  | { kind: 'plain next' }
  | { kind: 'refused'; message: WaitingMessage; reason: string }
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
  return { kind: 'refused', message, reason: error.message };
}
