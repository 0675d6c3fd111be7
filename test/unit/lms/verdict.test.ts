import { verdictOf } from '../../../src/adapters/lms/openeg/verdict';

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
    ['a text that breaks off', '{"items":[{"ent'],
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

  it('tries again without an answer, and knows whether the LMS can have received the request', () => {
    const lost = verdictOf({ kind: 'noAnswer', isSent: true, problem: 'broke off' });
    const unreachable = verdictOf({ kind: 'noAnswer', isSent: false, problem: "can't be reached" });
    expect(lost).toMatchObject({ kind: 'tryAgain', problem: 'broke off', handled: 'unknown' });
    expect(unreachable).toMatchObject({ kind: 'tryAgain', handled: 'no' });
  });

  it.each(['Kim Minji wrote: help', 'kim@example.com', 'A'.repeat(41), { name: 'Kim Minji' }, 17])(
    'does not quote a code that does not look like one: %p',
    (code) => {
      expect(answer(404, JSON.stringify({ code }))).toEqual({ kind: 'rejected', problem: 'answered 404' });
    },
  );
});
