import fc from 'fast-check';
import { createLane } from '../../../src/activities/delivery-lane';

/** Jitter at its longest. */
const lane = () => createLane(() => 1);

describe('a lane', () => {
  it('takes its first message at once and the next a second after that post began', () => {
    const space = lane();
    expect(space.isReady(0)).toBe(true);
    space.begin(0);
    expect(space.isReady(5_000)).toBe(false);
    space.end(300, { kind: 'sent' });
    expect(space.isReady(1_000)).toBe(false);
    expect(space.msUntilTurn(1_000)).toBeLessThanOrEqual(50);
    expect(space.isReady(1_050)).toBe(true);
    expect(space.isAtRest(1_050)).toBe(true);
  });

  it('loses no turn to a message that was gone', () => {
    const space = lane();
    space.begin(0);
    space.end(1, { kind: 'gone' });
    expect(space.isReady(1)).toBe(true);
  });

  it('waits longer with each failure, up to a limit, and begins anew after a success', () => {
    const space = lane();
    const waits: number[] = [];
    let nowMs = 0;
    for (let failure = 0; failure < 9; failure += 1) {
      space.begin(nowMs);
      space.end(nowMs + 2_000, { kind: 'busy', retryAfterMs: undefined });
      waits.push(space.msUntilTurn(nowMs + 2_000));
      nowMs += 100_000;
    }
    expect(waits.slice(0, 6)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(waits.slice(6)).toEqual([20_000, 20_000, 20_000]);
    space.begin(nowMs);
    space.end(nowMs, { kind: 'sent' });
    space.begin(nowMs + 2_000);
    space.end(nowMs + 4_000, { kind: 'busy', retryAfterMs: undefined });
    expect(space.msUntilTurn(nowMs + 4_000)).toBe(500);
  });

  it('waits at least as long as Chat asks, within reason', () => {
    const space = lane();
    space.begin(0);
    space.end(0, { kind: 'busy', retryAfterMs: 30_000 });
    expect(space.msUntilTurn(0)).toBe(30_000);
    space.end(0, { kind: 'busy', retryAfterMs: 86_400_000 });
    expect(space.msUntilTurn(0)).toBe(600_000);
  });

  it('tries a revoked webhook every five minutes and holds nobody up at the end', () => {
    const space = lane();
    space.begin(0);
    space.end(100, { kind: 'revoked', reason: 'HTTP 404' });
    expect(space.msUntilTurn(100)).toBe(300_000);
    expect(space.isAtRest(1_100)).toBe(true);
  });

  it('never begins two posts within a second', () => {
    const outcome = fc.constantFrom('sent' as const, 'plain next' as const, 'given up' as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(outcome, fc.integer({ min: 0, max: 3_000 })), { minLength: 2 }), (posts) => {
        const space = lane();
        let nowMs = 0;
        let lastStartMs = Number.NEGATIVE_INFINITY;
        for (const [kind, tookMs] of posts) {
          while (!space.isReady(nowMs)) nowMs += 1;
          expect(nowMs - lastStartMs).toBeGreaterThanOrEqual(1_000);
          lastStartMs = nowMs;
          space.begin(nowMs);
          nowMs += tookMs;
          space.end(nowMs, { kind });
        }
      }),
      { numRuns: 30 },
    );
  });
});
