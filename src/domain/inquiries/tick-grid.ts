export interface NextTick {
  /** Epoch milliseconds. */
  dueAtMs: number;
  /** Ticks that were due meanwhile and are left out. */
  skipped: number;
}

/**
 * The tick after the one that was due at `dueAtMs`. Ticks start at a fixed rate: after a long tick or an outage the
 * missed ones are skipped, and the next one is on the same grid.
 */
export function nextTick(dueAtMs: number, intervalMs: number, nowMs: number): NextTick {
  const skipped = Math.max(0, Math.floor((nowMs - dueAtMs) / intervalMs));
  return { dueAtMs: dueAtMs + (skipped + 1) * intervalMs, skipped };
}
