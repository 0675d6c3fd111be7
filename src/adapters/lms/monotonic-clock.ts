/**
 * Time that never jumps, for terms and deadlines; tests hand in their own. It goes on while the process is stopped by
 * a signal (Linux: CLOCK_MONOTONIC), so a frozen process sees on waking that its terms are over.
 */
export interface MonotonicClock {
  /** Milliseconds since some fixed moment. */
  nowMs(): number;
  /** Calls back once after `delayMs`; what it answers cancels that. */
  after(delayMs: number, callback: () => void): () => void;
}

export const monotonicClock: MonotonicClock = {
  nowMs: () => performance.now(),
  after(delayMs, callback) {
    // What is waited for here is never the only thing that a process lives for, and its exit shall not wait for it.
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
