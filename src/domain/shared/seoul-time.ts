const SEOUL_OFFSET_MS = 9 * 60 * 60 * 1000;

/** `2025-01-20 09:00`, the wall clock in Asia/Seoul (no daylight saving time since 1988), as operators read it. */
export function formatSeoulTime(instant: Date): string {
  return new Date(instant.getTime() + SEOUL_OFFSET_MS).toISOString().slice(0, 16).replace('T', ' ');
}
