/** A server's mistake must not delay work for years. */
const LONGEST_MS = 10 * 60_000;

/**
 * The wait that an answer asks for, in milliseconds: `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3). A date
 * is compared with the answer's `Date`, because the server's clock and ours differ. At most ten minutes; undefined where
 * the header is missing or unreadable.
 */
export function retryAfterMs(
  headers: Record<string, string | string[] | undefined>,
  now: Date = new Date(),
): number | undefined {
  const text = headers['retry-after'];
  if (typeof text !== 'string') return undefined;
  if (/^\d{1,9}$/.test(text)) return Math.min(LONGEST_MS, Number(text) * 1000);
  const until = Date.parse(text);
  if (Number.isNaN(until)) return undefined;
  const sentAt = typeof headers.date === 'string' ? Date.parse(headers.date) : Number.NaN;
  return Math.min(LONGEST_MS, Math.max(0, until - (Number.isNaN(sentAt) ? now.getTime() : sentAt)));
}
