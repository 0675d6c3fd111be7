import fc from 'fast-check';
import {
  isEnough,
  isShortVideo,
  neededMs,
  progressRate,
  saveIntervalMs,
} from '../../../src/domain/completion/completion-rule';

describe('the completion rule', () => {
  it.each([
    [799_999, 1_000_000, false],
    [800_000, 1_000_000, true],
    [48_799, 61_000, false],
    [48_800, 61_000, true],
    // 80 % of 7 ms are 5.6 ms.
    [5, 7, false],
    [6, 7, true],
    [0, 0, false],
  ])('%i ms of %i ms are enough: %s', (watched, length, enough) => {
    expect(isEnough(watched, length)).toBe(enough);
  });

  it('is met exactly by the needed milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 604_800_000 }), (length) => {
        expect(isEnough(neededMs(length), length)).toBe(true);
        expect(isEnough(neededMs(length) - 1, length)).toBe(false);
        expect(progressRate(neededMs(length), length)).toBeGreaterThanOrEqual(0.8);
      }),
    );
  });

  it.each([
    [60_000, 10_000, true],
    [60_001, 10_000, false],
    [61_000, 10_000, false],
    [600_000, 10_000, false],
    [600_001, 60_000, false],
    [601_000, 60_000, false],
  ])('a video of %i ms is saved each %i ms and short: %s', (length, interval, short) => {
    expect(saveIntervalMs(length)).toBe(interval);
    expect(isShortVideo(length)).toBe(short);
  });
});
