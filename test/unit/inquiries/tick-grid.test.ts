import fc from 'fast-check';
import { nextTick } from '../../../src/domain/inquiries/tick-grid';

describe('nextTick', () => {
  it.each([
    [1_000, 60_000, 1_000, { dueAtMs: 61_000, skipped: 0 }],
    [1_000, 60_000, 60_999, { dueAtMs: 61_000, skipped: 0 }],
    [1_000, 60_000, 61_000, { dueAtMs: 121_000, skipped: 1 }],
    [1_000, 60_000, 301_500, { dueAtMs: 361_000, skipped: 5 }],
  ])('due at %i, each %i, now %i', (dueAtMs, intervalMs, nowMs, expected) => {
    expect(nextTick(dueAtMs, intervalMs, nowMs)).toEqual(expected);
  });

  it('is the next point of the grid after now, with each point in between skipped', () => {
    const whole = fc.integer({ min: 0, max: 10 ** 12 });
    fc.assert(
      fc.property(
        whole,
        fc.integer({ min: 1, max: 86_400_000 }),
        fc.integer({ min: 0, max: 10 ** 9 }),
        (due, interval, later) => {
          const next = nextTick(due, interval, due + later);
          expect(next.dueAtMs).toBeGreaterThan(due + later);
          expect(next.dueAtMs - (due + later)).toBeLessThanOrEqual(interval);
          expect(next.dueAtMs).toBe(due + (next.skipped + 1) * interval);
        },
      ),
    );
  });
});
