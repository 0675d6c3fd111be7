import { leftCohort, nextPass, type LeftCohort } from '../../../src/domain/collection/next-pass';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const failing: LeftCohort = { retry: 'in-next-pass', failedAtMs: 0, isHoldOver: false };
const held: LeftCohort = { retry: 'after-hold', failedAtMs: 0, isHoldOver: false };
const lost: LeftCohort = { retry: 'never', failedAtMs: 0, isHoldOver: false };
const night = { beganAtMs: 0, nextNightAtMs: 24 * HOUR_MS };
const leftOf = (cohorts: Record<string, LeftCohort>) => new Map(Object.entries(cohorts));

/** When the passes of a night or a re-run start, each of which takes no time. */
function starts(cohorts: Record<string, LeftCohort>, ofNight: typeof night | undefined): number[] {
  const startsMs: number[] = [];
  for (let passes = 1, endedAtMs = 0; ; passes += 1) {
    const next = nextPass({ passes, endedAtMs, night: ofNight, left: leftOf(cohorts) });
    if (next === undefined) return startsMs;
    startsMs.push(next.startsAtMs);
    endedAtMs = next.startsAtMs;
  }
}

describe('the next pass', () => {
  it('of a night is 1, 5, 10, 20, 30, 30 … minutes later, for four hours', () => {
    const minutes = starts({ SK1: failing }, night).map((ms) => ms / MINUTE_MS);
    expect(minutes).toEqual([1, 6, 16, 36, 66, 96, 126, 156, 186, 216]);
  });

  it('of a re-run by hand is 10, 30, 60 and 90 seconds later', () => {
    expect(starts({ SK1: failing }, undefined).map((ms) => ms / SECOND_MS)).toEqual([10, 40, 100, 190]);
  });

  it('leaves out what no time mends, and there is none for that alone', () => {
    const left = leftOf({ SK1: failing, SK2: lost });
    expect(nextPass({ passes: 1, endedAtMs: 0, night, left })?.skIds).toEqual(['SK1']);
    expect(nextPass({ passes: 1, endedAtMs: 0, night, left: leftOf({ SK2: lost }) })).toBeUndefined();
    expect(nextPass({ passes: 1, endedAtMs: 0, night, left: new Map() })).toBeUndefined();
  });

  it('asks a held account when its hold is over', () => {
    const left = leftOf({ SK1: failing, SK2: held });
    expect(nextPass({ passes: 3, endedAtMs: 15 * MINUTE_MS, night, left })?.skIds).toEqual(['SK1']);
    expect(nextPass({ passes: 4, endedAtMs: 16 * MINUTE_MS, night, left })?.skIds).toEqual(['SK1', 'SK2']);
    const alone = nextPass({ passes: 1, endedAtMs: 0, night, left: leftOf({ SK2: held }) });
    expect(alone).toEqual({ startsAtMs: 30 * MINUTE_MS, skIds: ['SK2'] });
  });

  it('asks no held account in a re-run by hand, and none where the next night waits', () => {
    const left = leftOf({ SK1: failing, SK2: held });
    const waiting = { beganAtMs: 23 * HOUR_MS, nextNightAtMs: 24 * HOUR_MS };
    expect(nextPass({ passes: 1, endedAtMs: 0, night: undefined, left })?.skIds).toEqual(['SK1']);
    expect(nextPass({ passes: 6, endedAtMs: 24 * HOUR_MS, night: waiting, left })?.skIds).toEqual(['SK1']);
    expect(
      nextPass({ passes: 6, endedAtMs: 24 * HOUR_MS, night: waiting, left: leftOf({ SK2: held }) }),
    ).toBeUndefined();
  });
});

describe('a cohort that is left', () => {
  it.each([
    { codes: ['LMS_UNAVAILABLE', 'NEVER_HEARD_OF'], retry: 'in-next-pass' },
    { codes: ['LMS_BAD_PAGE'], retry: 'in-next-pass' },
    { codes: ['LMS_UNAVAILABLE', 'LMS_ACCOUNT_REFUSED'], retry: 'after-hold' },
    { codes: ['LMS_ACCOUNT_HELD'], retry: 'after-hold' },
    { codes: ['COHORT_UNKNOWN'], retry: 'never' },
    { codes: ['COHORT_INACTIVE'], retry: 'never' },
    { codes: ['CREDENTIALS_UNREADABLE', 'LMS_UNAVAILABLE'], retry: 'never' },
    { codes: ['COLLECTION_CANCELLED'], retry: 'never' },
  ])('for $codes is asked again: $retry', ({ codes, retry }) => {
    expect(leftCohort(codes, 7, undefined)).toEqual({ retry, failedAtMs: 7, isHoldOver: false });
  });

  it('is asked once after its hold, and further if it is refused no more', () => {
    const released = { ...held, isHoldOver: true };
    expect(leftCohort(['LMS_ACCOUNT_REFUSED'], 7, released).retry).toBe('never');
    expect(leftCohort(['LMS_UNAVAILABLE'], 7, released).retry).toBe('in-next-pass');
  });
});
