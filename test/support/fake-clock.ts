import type { MonotonicClock } from '../../src/adapters/shared/monotonic-clock';

export interface FakeClock extends MonotonicClock {
  /** Lets time pass, step by step from one due callback to the next; what they started settles before the next one. */
  advance(byMs: number): Promise<void>;
}

/** Time that passes only when a test says so. */
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
        await settled();
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

/** Everything that needs no time has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
