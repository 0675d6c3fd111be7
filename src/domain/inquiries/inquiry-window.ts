const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Moderation holds an inquiry back for up to ten minutes, clocks differ, and the rest is reserve. */
const OVERLAP_MS = 60 * MINUTE_MS;

/** What earlier checks of a cohort left. */
export interface InquiryCheckState {
  /** Nothing older is ever alerted: an hour before the cohort was imported or became active again. */
  beginsAt: Date;
  /** Start of the last successful check, null before the first. */
  checkedAt: Date | null;
  /** Start of the last check that looked back a whole day. */
  lookedBackAt: Date | null;
}

export interface InquiryWindow {
  /** What is asked of the LMS. */
  since: Date;
  /** Once a day a check looks back 24 hours. */
  looksBack: boolean;
  /** An inquiry from before this moment is found by the look back alone: it is late. */
  regularSince: Date;
}

/** Which inquiries a check that begins `now` asks for. */
export function inquiryWindow(state: InquiryCheckState, now: Date): InquiryWindow {
  // A last check that lies ahead of our own clock (the LMS's was wrong) must not move the window into the future.
  const checkedAt = Math.min(state.checkedAt?.getTime() ?? now.getTime(), now.getTime());
  const begins = state.beginsAt.getTime();
  const regular = Math.max(begins, state.checkedAt === null ? begins : checkedAt - OVERLAP_MS);
  const looksBack = state.lookedBackAt === null || now.getTime() - state.lookedBackAt.getTime() >= DAY_MS;
  const since = looksBack ? Math.max(begins, Math.min(regular, now.getTime() - DAY_MS)) : regular;
  return { since: new Date(since), looksBack, regularSince: new Date(regular) };
}

/** Below it a clock is not called slow: answers take a moment, and the hour before the import is reserve. */
const SLOW_CLOCK_MS = MINUTE_MS;

/**
 * `beginsAt`, which was read off our own clock, on the LMS's where that one is slow: inquiries carry its times, and none
 * that is asked from now on may count as too old.
 */
export function beginsAtOfLms(beginsAt: Date, lmsTime: Date | null, startedAt: Date): Date {
  const slowMs = lmsTime === null ? 0 : startedAt.getTime() - lmsTime.getTime();
  return slowMs > SLOW_CLOCK_MS ? new Date(beginsAt.getTime() - slowMs) : beginsAt;
}

/**
 * The start of a check as the next one counts from it: the LMS's clock where it told it, for inquiries carry its
 * times, and never a moment that has not come yet on ours.
 */
export function checkStart(lmsTime: Date | null, startedAt: Date): Date {
  return lmsTime === null || lmsTime > startedAt ? startedAt : lmsTime;
}
