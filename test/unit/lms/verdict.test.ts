import { verdictFailure, verdictOf, type LmsVerdict } from '../../../src/adapters/lms/openeg/verdict';

const answer = (status: number, body: string | Buffer, headers: Record<string, string> = {}) =>
  verdictOf({ kind: 'answer', status, headers, body: Buffer.from(body) });
const error = (code: string) => JSON.stringify({ code, message: 'Kim Minji wrote: help' });
const PAGES = ['', '<html>403 Forbidden</html>', '{"error":"FORBIDDEN"}', error('SOME_CODE')];
const codeOf = (verdict: LmsVerdict) =>
  verdict.kind === 'data' ? undefined : verdictFailure({ operation: 'listTasks', skId: 'SK001' }, verdict).code;

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
    expect(answer(200, body)).toMatchObject({ kind: 'tryAgain', code: 'LMS_UNAVAILABLE', handled: 'perhaps' });
  });

  it('refuses bytes that are no text', () => {
    const verdict = answer(200, Buffer.from([0x22, 0xb1, 0xe6, 0x22]));
    expect(verdict).toMatchObject({ kind: 'unusable', code: 'LMS_BAD_PAGE' });
  });

  it.each([
    [404, 'no'],
    [408, 'no'],
    [429, 'no'],
    [503, 'no'],
    [500, 'perhaps'],
    [502, 'perhaps'],
    [504, 'perhaps'],
    [599, 'perhaps'],
    [302, 'perhaps'],
    [409, 'perhaps'],
    [418, 'perhaps'],
  ])('tries again after %i, which the LMS handled: %s', (status, handled) => {
    for (const body of PAGES) {
      expect(answer(status, body, { 'retry-after': '7' })).toMatchObject({
        ...{ kind: 'tryAgain', retryAfterMs: 7_000, handled },
        code: status === 429 ? 'LMS_RATE_LIMITED' : 'LMS_UNAVAILABLE',
      });
    }
  });

  it.each([400, 403, 404, 413, 422, 423])('takes a page of a proxy under %i as an outage', (status) => {
    for (const body of PAGES.slice(0, 3)) expect(codeOf(answer(status, body))).toBe('LMS_UNAVAILABLE');
  });

  it.each([
    [403, 'ACCOUNT_DISABLED', 'account'],
    [403, 'FORBIDDEN', 'cohort'],
    [423, 'ACCOUNT_LOCKED', 'account'],
  ])('takes %i with %s as a refusal of the %s', (status, code, scope) => {
    expect(answer(status, error(code))).toEqual({ kind: 'refused', scope, problem: `answered ${status} (${code})` });
    expect(codeOf(answer(status === 403 ? 423 : 403, error(code)))).toBe('LMS_UNAVAILABLE');
  });

  it("names what the LMS does not have, and a request whose form it refuses, by the LMS's own code alone", () => {
    expect(codeOf(answer(404, error('NOT_FOUND')))).toBe('LMS_NOT_FOUND');
    expect(codeOf(answer(404, error('NO_ROUTE')))).toBe('LMS_UNAVAILABLE');
    expect(codeOf(answer(400, error('BAD_REQUEST')))).toBe('LMS_REJECTED');
  });

  it.each([
    ['INVALID_CREDENTIALS', true],
    ['TOKEN_EXPIRED', true],
    ['SOME_CODE', false],
  ])('takes 401 as unauthorized, and knows the code %s: %p', (code, isKnownCode) => {
    expect(answer(401, error(code))).toMatchObject({ kind: 'unauthorized', isKnownCode });
    expect(answer(401, '<html></html>')).toMatchObject({ kind: 'unauthorized', isKnownCode: false });
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
      expect(answer(404, JSON.stringify({ code }))).toMatchObject({ problem: 'answered 404' });
    },
  );
});
