import { z } from 'zod';

/** Chat returns the created message, which has at most 32,000 bytes (contract section 2). A longer body is not Chat's. */
const MAX_BODY_BYTES = 256 * 1024;

/** Google's `ErrorInfo` (`details`) and the form of older answers (`errors`). Nothing else of a body is read. */
const refusalSchema = z.object({
  error: z.object({
    details: z.array(z.object({ reason: z.string().optional() })).optional(),
    errors: z.array(z.object({ reason: z.string().optional() })).optional(),
  }),
});

const createdMessageSchema = z.object({ name: z.string().min(1) });

/** Reasons such as `API_KEY_INVALID`, in older answers `keyInvalid`. They concern the webhook, never the message. */
const WEBHOOK_REASON = /^(?:API_KEY_|ACCESS_TOKEN_|CREDENTIALS_|CONSUMER_)|^key(?:Invalid|Expired)$/;

/** Whether Chat took the message: only JSON with a `name` says so (contract section 2). */
export function isCreatedMessage(answer: unknown): boolean {
  return createdMessageSchema.safeParse(answer).success;
}

/**
 * Whether a 400 says that the webhook's key or token is wrong, so that no message would be taken. The answer may quote
 * the message or the secrets: it must not reach a log or an error.
 */
export function isWebhookRefused(answer: unknown): boolean {
  // Some of Google's servers answer with a list that holds the error.
  const refusal = refusalSchema.safeParse(Array.isArray(answer) ? answer[0] : answer);
  if (!refusal.success) return false;
  const { details = [], errors = [] } = refusal.data.error;
  return [...details, ...errors].some(({ reason }) => reason !== undefined && WEBHOOK_REASON.test(reason));
}

/** The body's JSON; undefined when it is empty, no JSON, or longer than any answer of Google Chat. */
export async function readSmallBody(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
