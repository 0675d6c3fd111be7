import type { MonotonicClock } from '../../src/adapters/shared/monotonic-clock';

export interface FakeClock extends MonotonicClock {
  /** Lets time pass from one due callback to the next. Promises that a callback starts run before the next callback. */
  advance(byMs: number): Promise<void>;
}

/** Time passes only by `advance`. */
export function createFakeClock(): FakeClock {
  let nowMs = 0;
  let timers: { atMs: number; callback: () => void }[] = [];
  const after = (delayMs: number, callback: () => void) => {
    const timer = { atMs: nowMs + delayMs, callback };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  return {
    nowMs: () => nowMs,
    after,
    afterIfAlive: after,
    async advance(byMs) {
      const untilMs = nowMs + byMs;
      for (;;) {
        await withoutTime();
        const [next] = timers.filter((timer) => timer.atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.callback();
      }
      nowMs = untilMs;
    },
  };
}

/** Resolves after everything that needs no time. */
function withoutTime(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
