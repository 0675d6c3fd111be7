import fc from 'fast-check';
import { createSpacePacer } from '../../../src/activities/alerts/space-pacer';

/** With the longest jitter. */
const pacer = () => createSpacePacer(() => 1);

const post = (startedMs: number, endedMs: number) => ({ startedMs, endedMs });
const sent = { kind: 'sent' } as const;
const failed = (retryAfterMs?: number) => ({ kind: 'failed' as const, retryAfterMs });

describe('a space pacer', () => {
  it('takes its first message at once and the next a second after that one arrived', () => {
    const space = pacer();
    expect(space.isReady(0)).toBe(true);
    space.begin();
    expect(space.isReady(5_000)).toBe(false);
    // The first post opened a connection: the message may have arrived at the end of these 80 ms.
    space.end(90, { outcome: sent, post: post(0, 80) });
    expect(space.isReady(1_080)).toBe(false);
    expect(space.isReady(1_090)).toBe(true);
    space.begin();
    space.end(1_130, { outcome: sent, post: post(1_090, 1_120) });
    // No post was quicker: the message arrived at the start.
    expect(space.isReady(2_100)).toBe(true);
    space.begin();
    space.end(2_400, { outcome: sent, post: post(2_100, 2_380) });
    // 250 ms longer than the quickest: the message arrived 250 ms after the start.
    expect(space.msUntilReady(2_400)).toBe(2_100 + 250 + 1_010 - 2_400);
    expect(space.isIdle(3_360)).toBe(true);
  });

  it('does not wait after a message that was not posted', () => {
    const space = pacer();
    space.begin();
    space.end(1, { outcome: { kind: 'not waiting' }, post: null });
    expect(space.isReady(1)).toBe(true);
  });

  it('waits longer after each failure, up to a limit, and starts again after a success', () => {
    const space = pacer();
    const waits: number[] = [];
    let nowMs = 0;
    for (let failure = 0; failure < 9; failure += 1) {
      space.begin();
      space.end(nowMs + 2_000, { outcome: failed(), post: post(nowMs, nowMs + 2_000) });
      waits.push(space.msUntilReady(nowMs + 2_000));
      nowMs += 100_000;
    }
    expect(waits.slice(0, 6)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(waits.slice(6)).toEqual([20_000, 20_000, 20_000]);
    space.begin();
    space.end(nowMs, { outcome: sent, post: post(nowMs, nowMs) });
    space.begin();
    space.end(nowMs + 4_000, { outcome: failed(), post: post(nowMs + 2_000, nowMs + 4_000) });
    expect(space.msUntilReady(nowMs + 4_000)).toBe(500);
  });

  it('waits at least as long as Retry-After', () => {
    const space = pacer();
    space.begin();
    space.end(0, { outcome: failed(30_000), post: post(0, 0) });
    expect(space.msUntilReady(0)).toBe(30_000);
  });

  it('tries a refused webhook every five minutes and is idle meanwhile', () => {
    const space = pacer();
    space.begin();
    space.end(100, { outcome: { kind: 'webhook refused', reason: 'HTTP 404' }, post: post(0, 100) });
    expect(space.msUntilReady(100)).toBe(300_000);
    expect(space.isIdle(1_200)).toBe(true);
  });

  it('keeps arrivals a second apart for all delays, once it saw the shortest one', () => {
    const way = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(
        fc.tuple(way, fc.constant(0), fc.array(way, { maxLength: 10 })),
        fc.integer({ min: 0, max: 500 }),
        ([first, shortest, others], answerMs) => {
          const space = pacer();
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
