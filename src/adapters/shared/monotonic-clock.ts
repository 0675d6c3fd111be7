/**
 * Time that never jumps, for terms and deadlines; tests hand in their own. It goes on while the process is stopped by
 * a signal (Linux: CLOCK_MONOTONIC), so a frozen process sees on waking that its terms are over.
 */
export interface MonotonicClock {
  /** Milliseconds since some fixed moment. */
  nowMs(): number;
  /** Calls back once after `delayMs`; what it answers cancels that. */
  after(delayMs: number, callback: () => void): () => void;
  /** The same for what nobody waits for: a process may end before it. */
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
