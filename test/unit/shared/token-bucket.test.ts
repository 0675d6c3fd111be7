import { refill, takeToken, type CallRate, type TokenBucket } from '../../../src/domain/shared/token-bucket';

const RATE: CallRate = { burst: 30, perSecond: 5 };

/** How many of the calls at these times are taken. */
function taken(timesMs: readonly number[]): number {
  let bucket: TokenBucket | undefined;
  return timesMs.filter((nowMs) => {
    const result = takeToken(refill(bucket, nowMs, RATE), RATE);
    ({ bucket } = result);
    return result.waitMs === 0;
  }).length;
}

const steady = (count: number, everyMs: number, startMs = 0) =>
  Array.from({ length: count }, (_none, index) => startMs + index * everyMs);

describe('a token bucket', () => {
  it('takes a burst, and the rate for ever', () => {
    expect(taken(steady(31, 0))).toBe(30);
    expect(taken(steady(1_000, 200))).toBe(1_000);
  });

  it('takes a burst again after it was quiet, and never more', () => {
    expect(taken([...steady(30, 0), ...steady(40, 0, 6_000)])).toBe(60);
    expect(taken([...steady(30, 0), ...steady(40, 0, 3_600_000)])).toBe(60);
  });

  it('says when the next call is taken', () => {
    const { bucket, waitMs } = takeToken({ tokens: 0.25, filledAtMs: 0 }, RATE);
    expect(waitMs).toBe(150);
    expect(takeToken(refill(bucket, waitMs, RATE), RATE).waitMs).toBe(0);
  });
});
