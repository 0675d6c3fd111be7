import fc from 'fast-check';
import { createLane } from '../../../src/activities/alerts/space-pacer';

/** Jitter at its longest. */
const lane = () => createLane(() => 1);

const post = (startedMs: number, endedMs: number) => ({ startedMs, endedMs });
const sent = { kind: 'sent' } as const;
const busy = (retryAfterMs?: number) => ({ kind: 'busy' as const, retryAfterMs });

describe('a lane', () => {
  it('takes its first message at once and the next a second after that one arrived', () => {
    const space = lane();
    expect(space.isReady(0)).toBe(true);
    space.begin();
    expect(space.isReady(5_000)).toBe(false);
    // A connection was opened: nobody knows when within these 80 ms the message arrived.
    space.end(90, { outcome: sent, post: post(0, 80) });
    expect(space.isReady(1_080)).toBe(false);
    expect(space.isReady(1_090)).toBe(true);
    space.begin();
    space.end(1_130, { outcome: sent, post: post(1_090, 1_120) });
    // As quick as any before: it arrived at once.
    expect(space.isReady(2_100)).toBe(true);
    space.begin();
    space.end(2_400, { outcome: sent, post: post(2_100, 2_380) });
    // 250 ms longer than the quickest: it was under way that long.
    expect(space.msUntilTurn(2_400)).toBe(2_100 + 250 + 1_010 - 2_400);
    expect(space.isAtRest(3_360)).toBe(true);
  });

  it('loses no turn to a message that was gone', () => {
    const space = lane();
    space.begin();
    space.end(1, { outcome: { kind: 'gone' }, post: null });
    expect(space.isReady(1)).toBe(true);
  });

  it('waits longer with each failure, up to a limit, and begins anew after a success', () => {
    const space = lane();
    const waits: number[] = [];
    let nowMs = 0;
    for (let failure = 0; failure < 9; failure += 1) {
      space.begin();
      space.end(nowMs + 2_000, { outcome: busy(), post: post(nowMs, nowMs + 2_000) });
      waits.push(space.msUntilTurn(nowMs + 2_000));
      nowMs += 100_000;
    }
    expect(waits.slice(0, 6)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(waits.slice(6)).toEqual([20_000, 20_000, 20_000]);
    space.begin();
    space.end(nowMs, { outcome: sent, post: post(nowMs, nowMs) });
    space.begin();
    space.end(nowMs + 4_000, { outcome: busy(), post: post(nowMs + 2_000, nowMs + 4_000) });
    expect(space.msUntilTurn(nowMs + 4_000)).toBe(500);
  });

  it('waits at least as long as Chat asks', () => {
    const space = lane();
    space.begin();
    space.end(0, { outcome: busy(30_000), post: post(0, 0) });
    expect(space.msUntilTurn(0)).toBe(30_000);
  });

  it('tries a revoked webhook every five minutes and holds nobody up at the end', () => {
    const space = lane();
    space.begin();
    space.end(100, { outcome: { kind: 'revoked', reason: 'HTTP 404' }, post: post(0, 100) });
    expect(space.msUntilTurn(100)).toBe(300_000);
    expect(space.isAtRest(1_200)).toBe(true);
  });

  it('lets no two messages arrive within a second, however long their way is, once it saw the shortest', () => {
    const way = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(
        fc.tuple(way, fc.constant(0), fc.array(way, { maxLength: 10 })),
        fc.integer({ min: 0, max: 500 }),
        ([first, shortest, others], answerMs) => {
          const space = lane();
          let nowMs = 0;
          let lastArrivalMs = Number.NEGATIVE_INFINITY;
          for (const wayMs of [first, shortest, ...others]) {
            while (!space.isReady(nowMs)) nowMs += 1;
            const arrivalMs = nowMs + wayMs;
            expect(arrivalMs - lastArrivalMs).toBeGreaterThanOrEqual(1_000);
            lastArrivalMs = arrivalMs;
            space.begin();
            const endedMs = arrivalMs + answerMs;
            space.end(endedMs, { outcome: sent, post: post(nowMs, endedMs) });
            nowMs = endedMs;
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
