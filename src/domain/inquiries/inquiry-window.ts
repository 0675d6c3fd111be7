const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Moderation holds an inquiry back for up to ten minutes, and the clocks of LMS and service differ. The rest is reserve. */
const OVERLAP_MS = 60 * MINUTE_MS;
/** A smaller difference is no slow clock: an answer takes a moment, and the hour before the import is reserve. */
const SLOW_CLOCK_MS = MINUTE_MS;

/** The state that earlier checks of a cohort left. */
export interface InquiryCheckState {
  /**
   * By the LMS's clock: older inquiries are never alerted. An hour before the cohort was imported or became active again,
   * by our clock until the first check compared the two.
   */
  beginsAt: Date;
  /** Start of the last successful check; null before the first one. */
  checkedAt: Date | null;
  /** Start of the last check with the wide window. */
  wideCheckedAt: Date | null;
}

export interface InquiryWindow {
  /** The check asks the LMS for inquiries from this moment on. */
  since: Date;
  /** The wide window reaches back 24 hours. One check a day asks for it. */
  isWide: boolean;
  /** Begin of the regular window. An older inquiry is found late, by the wide window alone. */
  regularSince: Date;
}

/** The window of a check that starts `now`. */
export function inquiryWindow(state: InquiryCheckState, now: Date): InquiryWindow {
  // `checkedAt` lies in our future when the LMS's clock was wrong. It must not move the window into the future.
  const checkedAt = Math.min(state.checkedAt?.getTime() ?? now.getTime(), now.getTime());
  const begins = state.beginsAt.getTime();
  const regular = Math.max(begins, state.checkedAt === null ? begins : checkedAt - OVERLAP_MS);
  const isWide = state.wideCheckedAt === null || now.getTime() - state.wideCheckedAt.getTime() >= DAY_MS;
  const since = isWide ? Math.max(begins, Math.min(regular, now.getTime() - DAY_MS)) : regular;
  return { since: new Date(since), isWide, regularSince: new Date(regular) };
}

/**
 * Corrects `beginsAt`, which was read from our clock, when the LMS's clock is slow. Inquiries carry the LMS's time, so
 * an uncorrected begin would count new inquiries as too old.
 */
export function beginsAtOfLms(beginsAt: Date, lmsTime: Date | null, startedAt: Date): Date {
  const slowMs = lmsTime === null ? 0 : startedAt.getTime() - lmsTime.getTime();
  return slowMs > SLOW_CLOCK_MS ? new Date(beginsAt.getTime() - slowMs) : beginsAt;
}

/**
 * The start of a check from which the next window counts: by the LMS's clock where its answer carries it, because
 * inquiries carry its time, and never later than by our clock.
 */
export function checkStart(lmsTime: Date | null, startedAt: Date): Date {
  return lmsTime === null || lmsTime > startedAt ? startedAt : lmsTime;
}
