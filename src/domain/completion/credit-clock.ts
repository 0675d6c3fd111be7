/** The most that a gap between two calls counts: a page that stays open overnight earns 15 minutes. */
export const LONGEST_GAP_MS = 15 * 60_000;
/** Added once to what a clock allows: requests take time, and clocks differ. */
export const CREDIT_SLACK_MS = 2_000;

/**
 * The time in which a member can have watched one lesson, or all lessons together. It starts with the first call and
 * advances with each later one (contract section 7, decision 0009).
 */
export interface CreditClock {
  elapsedMs: number;
  /** Milliseconds since 1970, on the database's clock. */
  lastCallAtMs: number;
}

/** `headStartMs` is 0 when the first call is a `GET`, and one save interval when it is a save of an older page. */
export function startClock(nowMs: number, headStartMs: number): CreditClock {
  return { elapsedMs: headStartMs, lastCallAtMs: nowMs };
}

/** A call that waited for the lock while a later call passed it adds nothing and turns nothing back. */
export function advanceClock(clock: CreditClock, nowMs: number): CreditClock {
  const gapMs = Math.max(0, nowMs - clock.lastCallAtMs);
  return {
    elapsedMs: clock.elapsedMs + Math.min(gapMs, LONGEST_GAP_MS),
    lastCallAtMs: clock.lastCallAtMs + gapMs,
  };
}

/** Credit that the clock still allows after `creditedMs`: whole milliseconds of video, never below 0. */
export function allowanceMs(clock: CreditClock, creditedMs: number, maxPlaybackRate: number): number {
  return Math.max(0, Math.floor(clock.elapsedMs * maxPlaybackRate) + CREDIT_SLACK_MS - creditedMs);
}
