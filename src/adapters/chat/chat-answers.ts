import { z } from 'zod';

/** Google's answers have some hundred bytes; what is longer is none of theirs. */
const MOST_BODY_BYTES = 16 * 1024;

/** Google's `ErrorInfo`, beside what older answers have; nothing else of a body is looked at. */
const refusalSchema = z.object({
  error: z.object({
    details: z.array(z.object({ reason: z.string().optional() })).optional(),
    errors: z.array(z.object({ reason: z.string().optional() })).optional(),
  }),
});

/** `API_KEY_INVALID` and its like; `keyInvalid` in older answers. A message alone is never refused with one of them. */
const OF_THE_WEBHOOK = /^(?:API_KEY_|ACCESS_TOKEN_|CREDENTIALS_|CONSUMER_)|^key(?:Invalid|Expired)$/;

/**
 * Whether the body of a 400 says plainly that key or token are wrong, so that no message would be taken. The body may
 * quote the message or the secrets: it is read here and goes nowhere.
 */
export async function isWebhookRefused(body: AsyncIterable<Uint8Array>): Promise<boolean> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) return false;
    chunks.push(chunk);
  }
  const refusal = refusalSchema.safeParse(parseFirst(Buffer.concat(chunks).toString('utf8')));
  if (!refusal.success) return false;
  const { details = [], errors = [] } = refusal.data.error;
  return [...details, ...errors].some(({ reason }) => reason !== undefined && OF_THE_WEBHOOK.test(reason));
}

/** Some of Google's servers put the error into a list. */
function parseFirst(json: string): unknown {
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) ? (parsed[0] as unknown) : parsed;
  } catch {
    return undefined;
  }
}
