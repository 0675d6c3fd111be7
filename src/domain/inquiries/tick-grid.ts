/** When ticks are due, in epoch milliseconds. */
export interface NextTick {
  dueAtMs: number;
  /** Ticks that were due in the meantime and are left out. */
  skipped: number;
}

/**
 * The tick after one that was due at `dueAtMs`, at a fixed rate from start to start: those that a long tick (or an
 * outage) went past are skipped, and the rate stays on its grid.
 */
export function nextTick(dueAtMs: number, intervalMs: number, nowMs: number): NextTick {
  const skipped = Math.max(0, Math.floor((nowMs - dueAtMs) / intervalMs));
  return { dueAtMs: dueAtMs + (skipped + 1) * intervalMs, skipped };
}
