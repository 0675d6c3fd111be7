import type { SendOutcome, SendResult } from './send-outbox-message';

/** A space takes one message a second (contract section 2). The rest covers inexact timers and connections. */
const SPACING_MS = 1_010;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 20_000;
/** A refused webhook needs a person. It is tried now and then because that person may act at Google's end. */
const WEBHOOK_REFUSED_BACKOFF_MS = 5 * 60_000;

/** Decides when one space gets its next message. All times are milliseconds of one monotonic clock. */
export interface SpacePacer {
  begin(): void;
  end(nowMs: number, result: SendResult): void;
  isReady(nowMs: number): boolean;
  /** No post runs and the spacing is over. A backoff may be left. */
  isIdle(nowMs: number): boolean;
  /** Infinity while a post runs, and while the space is ready. */
  msUntilReady(nowMs: number): number;
}

export function createSpacePacer(random: () => number = Math.random): SpacePacer {
  let isPosting = false;
  let spacedUntilMs = Number.NEGATIVE_INFINITY;
  let backoffUntilMs = Number.NEGATIVE_INFINITY;
  let quickestMs: number | undefined;
  let failures = 0;
  const readyAtMs = () => Math.max(spacedUntilMs, backoffUntilMs);

  /**
   * Chat counts the second from the arrival of a message, which lies between a post's start and its end. The estimate:
   * the quickest post spent its whole time after the arrival, and a slower one spent the difference on the way there.
   * The first post has no comparison and opens a connection, so its arrival is its end.
   */
  const estimateArrivalMs = ({ startedMs, endedMs }: { startedMs: number; endedMs: number }): number => {
    const tookMs = endedMs - startedMs;
    const answeredInMs = quickestMs === undefined ? 0 : Math.min(quickestMs, tookMs);
    quickestMs = Math.min(quickestMs ?? tookMs, tookMs);
    return endedMs - answeredInMs;
  };

  const backoffMs = (outcome: SendOutcome): number => {
    if (outcome.kind === 'webhook refused') return WEBHOOK_REFUSED_BACKOFF_MS;
    if (outcome.kind !== 'failed' && outcome.kind !== 'rate limited') return 0;
    const longestMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 10));
    return Math.max(longestMs * (0.75 + random() / 4), outcome.retryAfterMs ?? 0);
  };

  return {
    begin() {
      isPosting = true;
    },
    end(nowMs, { outcome, post }) {
      isPosting = false;
      const isFailure = outcome.kind === 'failed' || outcome.kind === 'rate limited';
      failures = isFailure || outcome.kind === 'webhook refused' ? failures + 1 : 0;
      backoffUntilMs = nowMs + backoffMs(outcome);
      // A failure gets the backoff alone: Chat may have refused the pace, or the post never arrived.
      if (post !== null && !isFailure) spacedUntilMs = estimateArrivalMs(post) + SPACING_MS;
    },
    isReady: (nowMs) => !isPosting && readyAtMs() <= nowMs,
    isIdle: (nowMs) => !isPosting && spacedUntilMs <= nowMs,
    msUntilReady: (nowMs) => (isPosting || readyAtMs() <= nowMs ? Number.POSITIVE_INFINITY : readyAtMs() - nowMs),
  };
}
