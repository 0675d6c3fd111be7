/**
 * A clock that never jumps, for deadlines and terms; tests hand in one of their own. It goes on while a signal has
 * stopped the process (Linux: CLOCK_MONOTONIC), so a process that was frozen sees that its terms are over.
 */
export interface MonotonicClock {
  /** Milliseconds since a fixed moment. */
  nowMs(): number;
  /** Calls back once after `delayMs`; the returned function cancels that. */
  after(delayMs: number, callback: () => void): () => void;
  /** Like `after`, but it does not keep the process alive. */
  afterIfAlive(delayMs: number, callback: () => void): void;
}

export const monotonicClock: MonotonicClock = {
  nowMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  afterIfAlive(delayMs, callback) {
    setTimeout(callback, delayMs).unref();
  },
};
