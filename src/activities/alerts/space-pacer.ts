import type { SendOutcome, SendResult } from './send-outbox-message';

/** A space takes a message a second (contract section 2); a little more, for timers and connections are not exact. */
const SPACING_MS = 1_010;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 20_000;
/** A broken webhook needs a person; it is tried now and then in case that one acted at Google's end. */
const REVOKED_BACKOFF_MS = 5 * 60_000;

/** When one space takes its next message. Times are milliseconds on one monotonic clock. */
export interface Lane {
  begin(): void;
  end(nowMs: number, result: SendResult): void;
  isReady(nowMs: number): boolean;
  /** Nothing is under way, and the space could take a message now as far as its pace is concerned. */
  isAtRest(nowMs: number): boolean;
  /** Infinity while a post is under way and while the turn is there already. */
  msUntilTurn(nowMs: number): number;
}

export function createLane(random: () => number = Math.random): Lane {
  let underWay = false;
  let pacedUntilMs = Number.NEGATIVE_INFINITY;
  let heldUntilMs = Number.NEGATIVE_INFINITY;
  let quickestMs: number | undefined;
  let failures = 0;
  const turnAtMs = () => Math.max(pacedUntilMs, heldUntilMs);

  /**
   * Chat counts from when a message arrives, which is somewhere between a post's start and its end. What a post took
   * longer than the quickest one is taken to be its way there; of the first, which opens a connection, everything is.
   */
  const arrivalOf = ({ startedMs, endedMs }: { startedMs: number; endedMs: number }): number => {
    const tookMs = endedMs - startedMs;
    const answeredInMs = quickestMs === undefined ? 0 : Math.min(quickestMs, tookMs);
    quickestMs = Math.min(quickestMs ?? tookMs, tookMs);
    return endedMs - answeredInMs;
  };

  const holdMs = (outcome: SendOutcome): number => {
    if (outcome.kind === 'revoked') return REVOKED_BACKOFF_MS;
    if (outcome.kind !== 'busy') return 0;
    const longest = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 10));
    const backoffMs = longest * (0.75 + random() / 4);
    return Math.max(backoffMs, outcome.retryAfterMs ?? 0);
  };

  return {
    begin() {
      underWay = true;
    },
    end(nowMs, { outcome, post }) {
      underWay = false;
      failures = outcome.kind === 'busy' || outcome.kind === 'revoked' ? failures + 1 : 0;
      heldUntilMs = nowMs + holdMs(outcome);
      // What was not taken is retried by its backoff: it may have been refused for its pace, or never have arrived.
      if (post !== null && outcome.kind !== 'busy') pacedUntilMs = arrivalOf(post) + SPACING_MS;
    },
    isReady: (nowMs) => !underWay && turnAtMs() <= nowMs,
    isAtRest: (nowMs) => !underWay && pacedUntilMs <= nowMs,
    msUntilTurn: (nowMs) => (underWay || turnAtMs() <= nowMs ? Number.POSITIVE_INFINITY : turnAtMs() - nowMs),
  };
}
