/** A gap between two calls counts as at most this, so that a page left open overnight earns a quarter of an hour. */
export const LONGEST_GAP_MS = 15 * 60_000;
/** Granted once on top of what a clock allows: what requests and clocks need to meet. */
export const CREDIT_SLACK_MS = 2_000;

/**
 * Time in which a member can have watched: of one lesson, or of all lessons together. It starts with the first call and
 * runs on with each later one (contract section 7).
 */
export interface CreditClock {
  elapsedMs: number;
  /** Instant in milliseconds since 1970, on the database's clock. */
  lastCallAtMs: number;
}

/** `headStartMs` is 0 for a page that asks before it plays, one save interval for an older one that only saves. */
export function startClock(nowMs: number, headStartMs: number): CreditClock {
  return { elapsedMs: headStartMs, lastCallAtMs: nowMs };
}

/** A call that was overtaken by a later one (they waited for each other's lock) adds nothing and turns nothing back. */
export function advanceClock(clock: CreditClock, nowMs: number): CreditClock {
  const gapMs = Math.max(0, nowMs - clock.lastCallAtMs);
  return {
    elapsedMs: clock.elapsedMs + Math.min(gapMs, LONGEST_GAP_MS),
    lastCallAtMs: clock.lastCallAtMs + gapMs,
  };
}

/** What may still be credited when `creditedMs` are already: whole milliseconds of video, never below 0. */
export function allowanceMs(clock: CreditClock, creditedMs: number, maxPlaybackRate: number): number {
  return Math.max(0, Math.floor(clock.elapsedMs * maxPlaybackRate) + CREDIT_SLACK_MS - creditedMs);
}
