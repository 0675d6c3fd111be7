/** A slip of a server's must not put work off for years. */
const LONGEST_MS = 10 * 60_000;

/**
 * The wait that an answer asks for, in milliseconds: `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3), a
 * date held against the answer's own `Date`, for the two clocks differ. At most ten minutes; undefined when there is none
 * to understand.
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
