import fc from 'fast-check';
import {
  beginsAtOfLms,
  checkStart,
  inquiryWindow,
  isRosterDue,
  type InquiryCheckState,
} from '../../../src/domain/inquiries/inquiry-window';

const at = (text: string) => new Date(`2025-01-20T${text}:00Z`);
const yesterdayAt = (text: string) => new Date(`2025-01-19T${text}:00Z`);
const longAgo = new Date('2024-12-01T00:00:00Z');
type Given = Pick<InquiryCheckState, 'beginsAt' | 'checkedAt' | 'wideCheckedAt'> & Partial<InquiryCheckState>;
const windowOf = (state: Given, now: Date) =>
  inquiryWindow({ wideTriedAt: state.wideCheckedAt, newestKnownAt: null, emptyChecks: 0, ...state }, now);

describe('beginsAtOfLms', () => {
  it.each([
    ['slow', at('07:30'), at('06:30')],
    ['right', at('09:59'), at('09:00')],
    ['fast', at('12:00'), at('09:00')],
    ['unknown', null, at('09:00')],
  ])("corrects the begin only when the LMS's clock is slow: it is %s", (_what, lmsTime, beginsAt) => {
    expect(beginsAtOfLms(at('09:00'), lmsTime, at('10:00'))).toEqual(beginsAt);
  });
});

describe('inquiryWindow', () => {
  it('begins an hour before the last successful check', () => {
    const state = { beginsAt: longAgo, checkedAt: at('09:59'), wideCheckedAt: at('00:00') };
    expect(windowOf(state, at('10:00'))).toEqual({
      since: at('08:59'),
      narrowSince: at('08:59'),
      isWide: false,
      regularSince: at('08:59'),
    });
  });

  it('covers an outage', () => {
    const state = { beginsAt: longAgo, checkedAt: at('01:00'), wideCheckedAt: at('00:00') };
    expect(windowOf(state, at('10:00')).since).toEqual(at('00:00'));
  });

  it('never begins before the cohort does', () => {
    const fresh = { beginsAt: at('09:00'), checkedAt: null, wideCheckedAt: null };
    expect(windowOf(fresh, at('10:00'))).toEqual({
      since: at('09:00'),
      narrowSince: at('09:00'),
      isWide: true,
      regularSince: at('09:00'),
    });
    const checked = { beginsAt: at('09:00'), checkedAt: at('09:10'), wideCheckedAt: at('09:10') };
    expect(windowOf(checked, at('09:11')).since).toEqual(at('09:00'));
  });

  it('is 24 hours wide once a day, and tells apart the inquiries that only this finds', () => {
    const state = { beginsAt: longAgo, checkedAt: at('09:59'), wideCheckedAt: yesterdayAt('10:00') };
    const window = windowOf(state, at('10:00'));
    expect(window).toEqual({
      since: yesterdayAt('10:00'),
      narrowSince: at('08:59'),
      isWide: true,
      regularSince: at('08:59'),
    });
  });

  it('reaches back to the newest known inquiry, which a living session lists', () => {
    const known = { beginsAt: longAgo, checkedAt: at('09:59'), wideCheckedAt: at('00:00') };
    const window = windowOf({ ...known, newestKnownAt: yesterdayAt('03:00') }, at('10:00'));
    expect(window).toMatchObject({ since: yesterdayAt('03:00'), isWide: false, regularSince: at('08:59') });
    expect(windowOf({ ...known, newestKnownAt: at('09:30') }, at('10:00')).since).toEqual(at('08:59'));
  });

  it('asks a wide window that failed again after ten minutes', () => {
    const state = { beginsAt: longAgo, checkedAt: at('09:59'), wideCheckedAt: yesterdayAt('09:00') };
    expect(windowOf({ ...state, wideTriedAt: at('09:51') }, at('10:00')).isWide).toBe(false);
    expect(windowOf({ ...state, wideTriedAt: at('09:50') }, at('10:00')).isWide).toBe(true);
  });

  it("stays in the past after the LMS's clock ran ahead", () => {
    const state = { beginsAt: longAgo, checkedAt: at('23:00'), wideCheckedAt: at('00:00') };
    expect(windowOf(state, at('10:00')).since).toEqual(at('09:00'));
  });

  it('always contains the hour before the last check, for all clocks', () => {
    const minutes = fc
      .integer({ min: -5_000, max: 5_000 })
      .map((offset) => new Date(at('00:00').getTime() + offset * 60_000));
    fc.assert(
      fc.property(
        minutes,
        fc.option(minutes),
        fc.option(minutes),
        minutes,
        (beginsAt, checkedAt, wideCheckedAt, now) => {
          const { since, regularSince } = windowOf({ beginsAt, checkedAt, wideCheckedAt }, now);
          expect(since.getTime()).toBeGreaterThanOrEqual(beginsAt.getTime());
          expect(since.getTime()).toBeLessThanOrEqual(regularSince.getTime());
          const needed = Math.max(beginsAt.getTime(), Math.min(checkedAt?.getTime() ?? 0, now.getTime()) - 60 * 60_000);
          expect(since.getTime()).toBeLessThanOrEqual(needed);
        },
      ),
    );
  });
});

describe('checkStart', () => {
  it("follows the LMS's clock, but never ahead of ours", () => {
    expect(checkStart(at('09:30'), at('10:00'))).toEqual(at('09:30'));
    expect(checkStart(at('10:30'), at('10:00'))).toEqual(at('10:00'));
    expect(checkStart(null, at('10:00'))).toEqual(at('10:00'));
  });
});

describe('isRosterDue', () => {
  it('is so at every tenth empty check of a cohort without a known inquiry', () => {
    const state = { beginsAt: longAgo, checkedAt: null, wideCheckedAt: null, wideTriedAt: null };
    const due = (newestKnownAt: Date | null) =>
      Array.from({ length: 30 }, (_, emptyChecks) => isRosterDue({ ...state, newestKnownAt, emptyChecks }));
    expect(due(null).flatMap((isDue, index) => (isDue ? [index + 1] : []))).toEqual([10, 20, 30]);
    expect(due(at('09:00'))).not.toContain(true);
  });
});
