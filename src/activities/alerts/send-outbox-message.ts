import { createHash } from 'node:crypto';
import type { ChatClient } from '../../adapters/chat/chat-client';
import {
  loadUnsentMessage,
  markPlain,
  markSent,
  recordTryOfAside,
  type UnsentMessage,
} from '../../adapters/database/alerts/chat-outbox';
import type { Database } from '../../adapters/database/core/database';
import type { Logger } from '../../adapters/logger';
import type { Metrics } from '../../adapters/metrics';
import { ServiceError } from '../../domain/shared/service-error';
import { giveAside } from './aside-notices';

export interface SendOutboxMessageDependencies {
  database: Database;
  chat: ChatClient;
  metrics: Metrics;
  logger: Logger;
}

export type SendOutcome =
  | { kind: 'sent' }
  /** It was sent or given up meanwhile. Nothing was posted. */
  | { kind: 'not waiting' }
  /** Chat refused the card. The text is sent in its turn. */
  | { kind: 'card refused' }
  /** It blocks no other message any more. `refusal` is Chat's reason when Chat refused the text too. */
  | { kind: 'put aside'; refusal: string | null }
  /** No answer, 5xx, or an answer of something else in Chat's place. */
  | { kind: 'failed'; retryAfterMs: number | undefined }
  /** The space takes its next message later. */
  | { kind: 'rate limited'; retryAfterMs: number | undefined }
  /** The webhook takes no message until a person acts. */
  | { kind: 'webhook refused'; reason: string };

export interface SendResult {
  outcome: SendOutcome;
  /** Start and end of the post by `performance.now()`; null when nothing was posted. */
  post: { startedMs: number; endedMs: number } | null;
}

export interface SendOptions {
  signal: AbortSignal;
  /** Chat took another message since this one failed: its next failure is a refusal. */
  isAtFault?: boolean;
  /** The webhook refuses every message, so a refusal says nothing about this one. */
  isWebhookBroken?: boolean;
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
  options: SendOptions,
): Promise<SendResult> {
  const message = await loadUnsentMessage(dependencies.database, id);
  if (message === undefined) return { outcome: { kind: 'not waiting' }, post: null };
  const { requestId, threadKey, content, isPlain } = message;
  if (content === undefined) return { outcome: await putUnreadableAside(dependencies, message), post: null };
  const startedMs = performance.now();
  const failure = await dependencies.chat
    .post(isPlain ? content.plain : content.rich, webhookUrl, { requestId, threadKey, signal: options.signal })
    .then(() => undefined, asServiceError);
  const post = { startedMs, endedMs: performance.now() };
  const outcome =
    failure === undefined
      ? await recordSuccess(dependencies, message)
      : await recordFailure(dependencies, message, failure, webhookUrl, options);
  return { outcome, post };
}

/** Identifies a space without its webhook's URL, which is a secret. */
export function spaceDigest(webhookUrl: string): string {
  return createHash('sha256').update(webhookUrl).digest('hex');
}

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  throw error;
}

async function recordSuccess(
  { database, metrics }: SendOutboxMessageDependencies,
  message: UnsentMessage,
): Promise<SendOutcome> {
  metrics.chatPosts.inc({ outcome: 'sent' });
  const waitedMs = await markSent(database, message.id);
  if (waitedMs !== undefined && message.kind === 'inquiry') metrics.alertDeliverySeconds.observe(waitedMs / 1000);
  return { kind: 'sent' };
}

async function putUnreadableAside(
  { database, logger }: SendOutboxMessageDependencies,
  message: UnsentMessage,
): Promise<SendOutcome> {
  const failure = "Its content can't be read.";
  logger.warn({ messageId: message.id, skId: message.skId, kind: message.kind }, "A message can't be read");
  if (message.isAside) await recordTryOfAside(database, message.id, failure);
  else await giveAside(database, message, { failure, refusedSpace: null });
  return { kind: 'put aside', refusal: null };
}

async function recordFailure(
  { database, metrics, logger }: SendOutboxMessageDependencies,
  message: UnsentMessage,
  error: ServiceError,
  webhookUrl: string,
  { isAtFault = false, isWebhookBroken = false }: SendOptions,
): Promise<SendOutcome> {
  const { id, skId, kind, isAside, isPlain } = message;
  const { code, message: failure, retryAfterMs } = error;
  logger.warn({ messageId: id, skId, kind, code, error: failure }, 'A message was not sent');
  metrics.chatPosts.inc({
    outcome: code === 'CHAT_UNAVAILABLE' || code === 'CHAT_RATE_LIMITED' ? 'retried' : 'refused',
  });
  if (isAside) await recordTryOfAside(database, id, failure);
  if (code === 'CHAT_RATE_LIMITED') return { kind: 'rate limited', retryAfterMs };
  if (code === 'CHAT_UNAVAILABLE' && !isAtFault) return { kind: 'failed', retryAfterMs };
  const isRefusal = code === 'CHAT_REJECTED';
  if (!isRefusal && code !== 'CHAT_UNAVAILABLE') return { kind: 'webhook refused', reason: failure };
  if (isAside) return { kind: 'put aside', refusal: null };
  if (isWebhookBroken && !isAtFault) return { kind: 'webhook refused', reason: failure };
  if (!isPlain) {
    await markPlain(database, id, failure);
    return { kind: 'card refused' };
  }
  await giveAside(database, message, { failure, refusedSpace: isRefusal ? spaceDigest(webhookUrl) : null });
  return { kind: 'put aside', refusal: isRefusal ? failure : null };
}
