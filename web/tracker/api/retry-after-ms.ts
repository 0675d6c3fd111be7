/** A server that asks for more is taken for one with a wrong clock. */
const LONGEST_MS = 5 * 60_000;

/** What a `Retry-After` header asks for, seconds or a date, in milliseconds; 0 without a readable one. */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null || header.trim() === '') return 0;
  const seconds = Number(header);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000;
  return Number.isNaN(milliseconds) ? 0 : Math.min(Math.max(milliseconds, 0), LONGEST_MS);
}
