import fc from 'fast-check';
import {
  countLogin,
  isLoginHarmless,
  loginPermit,
  type LoginHistory,
  type OpenLogins,
} from '../../../src/domain/accounts/login-policy';

const MINUTE_MS = 60_000;
const NOW = new Date('2025-01-20T00:00:00Z');
const history = (changes: Partial<LoginHistory> = {}): LoginHistory => ({
  ...{ openLogins: undefined, isProven: false, hold: undefined },
  ...changes,
});

describe('a log-in', () => {
  it('is granted to an account that never logged in', () => {
    expect(loginPermit(history())).toEqual({ kind: 'granted', isProven: false });
    expect(loginPermit(history({ isProven: true }))).toEqual({ kind: 'granted', isProven: true });
  });

  it('is not granted during a hold, whatever else is known', () => {
    const hold = { until: NOW, reason: 'the LMS answered 401' };
    expect(loginPermit(history({ hold, isProven: true }))).toEqual({ kind: 'held', ...hold });
  });

  it.each([
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 50_000],
    [4, 570_000],
    [5, 160_000],
    [6, 160_000],
    [60, 160_000],
  ])('after %i open ones waits from the newest for %i ms', (count, waitMs) => {
    const permitAfter = (newestAgoMs: number) =>
      loginPermit(history({ openLogins: { count, newestAt: NOW, newestAgoMs } }));
    expect(permitAfter(waitMs)).toEqual({ kind: 'granted', isProven: false });
    const until = new Date(NOW.getTime() + waitMs);
    for (const elapsedMs of waitMs === 0 ? [] : [0, waitMs - 1]) {
      expect(permitAfter(elapsedMs)).toEqual({ kind: 'wait', until, waitMs: waitMs - elapsedMs });
    }
  });

  it('is the only open one when the newest before it is ten minutes old', () => {
    const countAfter = (newestAgoMs: number) => countLogin({ count: 3, newestAt: NOW, newestAgoMs });
    expect(countLogin(undefined)).toBe(1);
    expect(countAfter(10 * MINUTE_MS - 1)).toBe(4);
    expect(countAfter(10 * MINUTE_MS)).toBe(1);
  });

  it.each([
    { handled: 'no', isProven: true, isHarmless: true },
    { handled: 'no', isProven: false, isHarmless: true },
    { handled: 'perhaps', isProven: true, isHarmless: true },
    { handled: 'perhaps', isProven: false, isHarmless: false },
    { handled: 'unknown', isProven: true, isHarmless: false },
    { handled: 'unknown', isProven: false, isHarmless: false },
  ] as const)('is taken back only where it surely did not count: %j', ({ handled, isProven, isHarmless }) => {
    expect(isLoginHarmless(handled, isProven)).toBe(isHarmless);
  });
});

it('lets no ten minutes see a fifth log-in that may have counted, however log-ins come and end', () => {
  const step = fc.record({ idleMs: fc.oneof(fc.constant(0), fc.nat(11 * MINUTE_MS)), isHarmless: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let nowMs = NOW.getTime();
      let open: { count: number; newestAtMs: number } | undefined;
      const countedAtMs: number[] = [];
      const openLogins = (): OpenLogins | undefined =>
        open && { count: open.count, newestAt: new Date(open.newestAtMs), newestAgoMs: nowMs - open.newestAtMs };
      for (const { idleMs, isHarmless } of steps) {
        nowMs += idleMs;
        const permit = loginPermit(history({ openLogins: openLogins() }));
        if (permit.kind === 'wait') nowMs += permit.waitMs;
        const count = countLogin(openLogins());
        open = { count: isHarmless ? count - 1 : count, newestAtMs: nowMs };
        if (!isHarmless) countedAtMs.push(nowMs);
      }
      for (const [index, atMs] of countedAtMs.slice(4).entries()) {
        expect(atMs - countedAtMs[index]!).toBeGreaterThan(10 * MINUTE_MS);
      }
    }),
    { numRuns: 300 },
  );
});
