import { verdictOf } from '../../../src/adapters/lms/openeg/verdict';
import { retryAfterMs } from '../../../src/adapters/shared/retry-after-ms';

const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
  verdictOf({ kind: 'answer', status, headers, body });
const error = (code: string) => JSON.stringify({ code, message: 'Kim Minji wrote: help' });

describe('what an answer means', () => {
  it.each([200, 201])('takes JSON under %i as data', (status) => {
    expect(answer(status, '{"items":[]}')).toEqual({ kind: 'data', json: { items: [] } });
    expect(answer(status, 'null')).toEqual({ kind: 'data', json: null });
  });

  it.each([
    ['an HTML page', '<!doctype html><title>Maintenance</title>'],
    ['nothing', ''],
    ['a text that stops half-way', '{"items":[{"ent'],
  ])('tries again after %s under 200', (_what, body) => {
    expect(answer(200, body)).toMatchObject({ kind: 'tryAgain', isRateLimited: false, handled: 'perhaps' });
  });

  it.each([
    [408, 'no'],
    [429, 'no'],
    [503, 'no'],
    [500, 'perhaps'],
    [502, 'perhaps'],
    [504, 'perhaps'],
    [599, 'perhaps'],
  ])('tries again after %i, which the LMS handled: %s', (status, handled) => {
    const verdict = answer(status, error('BUSY'), { 'retry-after': '7' });
    expect(verdict).toEqual({
      kind: 'tryAgain',
      problem: `answered ${status} (BUSY)`,
      isRateLimited: status === 429,
      retryAfterMs: 7_000,
      handled,
    });
  });

  it.each([
    [401, 'unauthorized'],
    [403, 'refused'],
    [423, 'refused'],
    [400, 'rejected'],
    [404, 'rejected'],
    [409, 'rejected'],
    [422, 'rejected'],
    [302, 'rejected'],
  ])('takes %i as %s, whatever its body holds', (status, kind) => {
    for (const body of ['', '<html></html>', error('SOME_CODE')]) expect(answer(status, body).kind).toBe(kind);
  });

  it('tries again when there was no answer, and tells whether the LMS can have seen the request', () => {
    const lost = verdictOf({ kind: 'noAnswer', isSent: true, problem: 'broke off' });
    const unreachable = verdictOf({ kind: 'noAnswer', isSent: false, problem: "can't be reached" });
    expect(lost).toMatchObject({ kind: 'tryAgain', problem: 'broke off', handled: 'unknown' });
    expect(unreachable).toMatchObject({ kind: 'tryAgain', handled: 'no' });
  });

  it.each(['Kim Minji wrote: help', 'kim@example.com', 'A'.repeat(41), { name: 'Kim Minji' }, 17])(
    'quotes no code that does not look like one: %p',
    (code) => {
      expect(answer(404, JSON.stringify({ code }))).toEqual({ kind: 'rejected', problem: 'answered 404' });
    },
  );
});

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
  ])('understands %p as %p ms', (text, expected) => {
    expect(retryAfterMs({ 'retry-after': text }, now)).toBe(expected);
  });

  it('counts a date from the Date of the same answer, for the clocks of the two may differ', () => {
    const headers = { 'retry-after': 'Mon, 20 Jan 2025 09:00:10 GMT', date: 'Mon, 20 Jan 2025 09:00:00 GMT' };
    expect(retryAfterMs(headers, now)).toBe(10_000);
    expect(retryAfterMs({ ...headers, date: 'yesterday, about noon' }, now)).toBe(600_000);
  });

  it('answers nothing when the header is missing or repeated', () => {
    expect(retryAfterMs({}, now)).toBeUndefined();
    expect(retryAfterMs({ 'retry-after': ['1', '2'] }, now)).toBeUndefined();
  });
});
