import { Agent, request } from 'undici';
import type { StoredMessage } from '../../domain/alerts/chat-message';
import { ServiceError } from '../../domain/shared/service-error';
import { retryAfterMs } from '../shared/retry-after-ms';
import { DeadlineExceeded, withDeadline } from '../shared/with-deadline';
import { isCreatedMessage, isWebhookRefused, readSmallBody } from './chat-answers';

/** Chat answers within a second. A post without an answer counts as lost and is repeated with the same `requestId`. */
const TIMEOUT_MS = 10_000;
/** Connections to Google Chat at once. Spaces are served side by side. */
const CONNECTIONS = 32;
/** Chat refuses the message itself, unless the body says otherwise. Other 4xx concern the webhook or are temporary. */
const MESSAGE_REFUSALS = new Set([400, 413, 422]);
const TEMPORARY = new Set([408, 425]);

export interface PostOptions {
  /** Idempotency key: a second post with the same one creates nothing. */
  requestId: string;
  /** Messages with the same key are one thread: one for an inquiry, one for an incident. */
  threadKey: string;
  signal: AbortSignal;
}

export interface ChatClient {
  /**
   * Posts once, without retries. The webhook's URL is a secret and is in no error.
   * @throws ServiceError CHAT_UNAVAILABLE (the message may have been created), CHAT_RATE_LIMITED, CHAT_REJECTED (this
   *   message, for good), CHAT_WEBHOOK_REVOKED (the webhook takes no message until a person acts)
   */
  post(message: StoredMessage, webhookUrl: string, options: PostOptions): Promise<void>;
  close(): Promise<void>;
}

export function createChatClient({ timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {}): ChatClient {
  const dispatcher = new Agent({ connections: CONNECTIONS, connect: { timeout: timeoutMs } });

  async function send(url: URL, message: StoredMessage, signal: AbortSignal) {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=UTF-8' },
      body: JSON.stringify(message),
      signal,
    });
    const answer = await readSmallBody(body);
    return { statusCode, headers, answer };
  }

  return {
    async post(message, webhookUrl, { requestId, threadKey, signal }) {
      const url = withParameters(webhookUrl, requestId, threadKey);
      const { statusCode, headers, answer } = await withDeadline(signal, timeoutMs, (within) =>
        send(url, message, within),
      ).catch((error: unknown) => {
        throw new ServiceError(
          'CHAT_UNAVAILABLE',
          error instanceof DeadlineExceeded
            ? `Google Chat did not answer within ${timeoutMs / 1000} s.`
            : `Google Chat can't be reached (${failureCode(error)}).`,
        );
      });
      const isSuccess = statusCode >= 200 && statusCode < 300;
      if (isSuccess && isCreatedMessage(answer)) return;
      if (isSuccess) {
        throw new ServiceError(
          'CHAT_UNAVAILABLE',
          `HTTP ${statusCode} came without a message's name: something else answers in Google Chat's place.`,
        );
      }
      if (MESSAGE_REFUSALS.has(statusCode) && !(statusCode === 400 && isWebhookRefused(answer))) {
        throw new ServiceError('CHAT_REJECTED', `Google Chat refused the message (HTTP ${statusCode}).`);
      }
      if (statusCode === 429) {
        throw new ServiceError('CHAT_RATE_LIMITED', 'Google Chat answered HTTP 429.', {
          retryAfterMs: retryAfterMs(headers),
        });
      }
      if (statusCode >= 500 || TEMPORARY.has(statusCode)) {
        throw new ServiceError('CHAT_UNAVAILABLE', `Google Chat answered HTTP ${statusCode}.`, {
          retryAfterMs: retryAfterMs(headers),
        });
      }
      throw new ServiceError('CHAT_WEBHOOK_REVOKED', `Google Chat refused the webhook (HTTP ${statusCode}).`);
    },
    close: () => dispatcher.destroy(),
  };
}

/** Adds the parameters of contract section 2 and keeps those of the webhook's URL. */
function withParameters(webhookUrl: string, requestId: string, threadKey: string): URL {
  if (!URL.canParse(webhookUrl)) {
    throw new ServiceError('CHAT_WEBHOOK_REVOKED', 'The webhook of Google Chat is no URL.');
  }
  const url = new URL(webhookUrl);
  url.searchParams.set('requestId', requestId);
  url.searchParams.set('threadKey', threadKey);
  url.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD');
  return url;
}

/** undici's codes. Its messages may quote the URL, which is a secret. */
function failureCode(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : 'connection lost';
}
