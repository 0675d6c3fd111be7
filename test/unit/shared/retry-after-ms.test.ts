import { retryAfterMs } from '../../../src/adapters/shared/retry-after-ms';

describe('Retry-After', () => {
  const now = new Date('2025-01-20T00:00:00Z');

  it.each([
    ['0', 0],
    ['120', 120_000],
    ['86400', 600_000],
    ['Tue, 21 Jan 2025 00:00:30 GMT', 600_000],
    ['Mon, 20 Jan 2025 00:00:30 GMT', 30_000],
    ['Sun, 19 Jan 2025 23:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    ['1.5 hours', undefined],
  ])('reads %p as %p ms', (text, expected) => {
    expect(retryAfterMs({ 'retry-after': text }, now)).toBe(expected);
  });

  it("counts a date from the answer's Date, because the two clocks may differ", () => {
    const headers = { 'retry-after': 'Mon, 20 Jan 2025 09:00:10 GMT', date: 'Mon, 20 Jan 2025 09:00:00 GMT' };
    expect(retryAfterMs(headers, now)).toBe(10_000);
    expect(retryAfterMs({ ...headers, date: 'yesterday, about noon' }, now)).toBe(600_000);
  });

  it('is undefined when the header is missing or repeated', () => {
    expect(retryAfterMs({}, now)).toBeUndefined();
    expect(retryAfterMs({ 'retry-after': ['1', '2'] }, now)).toBeUndefined();
  });
});
