import { z } from 'zod';

/** A created message comes back whole, and has at most 32,000 bytes (contract section 2). A longer body is not Google's. */
const MAX_BODY_BYTES = 256 * 1024;

/** Google's `ErrorInfo`, and the form of older answers; nothing else of a body is read. */
const refusalSchema = z.object({
  error: z.object({
    details: z.array(z.object({ reason: z.string().optional() })).optional(),
    errors: z.array(z.object({ reason: z.string().optional() })).optional(),
  }),
});

const createdMessageSchema = z.object({ name: z.string().min(1) });

/** `API_KEY_INVALID` and its like; `keyInvalid` in older answers. A message alone is never refused with one of them. */
const OF_THE_WEBHOOK = /^(?:API_KEY_|ACCESS_TOKEN_|CREDENTIALS_|CONSUMER_)|^key(?:Invalid|Expired)$/;

/** Whether Chat took the message: only JSON with the name of the created message says so (contract section 2). */
export function isCreatedMessage(answer: unknown): boolean {
  return createdMessageSchema.safeParse(answer).success;
}

/**
 * Whether the answer of a 400 says that key or token are wrong, so that no message would be taken. The answer may quote
 * the message or the secrets, so it must go nowhere else.
 */
export function isWebhookRefused(answer: unknown): boolean {
  // Some of Google's servers put the error into a list.
  const refusal = refusalSchema.safeParse(Array.isArray(answer) ? answer[0] : answer);
  if (!refusal.success) return false;
  const { details = [], errors = [] } = refusal.data.error;
  return [...details, ...errors].some(({ reason }) => reason !== undefined && OF_THE_WEBHOOK.test(reason));
}

/** The body as JSON; undefined where it is empty, no JSON, or longer than any answer of Google Chat. */
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
