const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Moderation holds an inquiry back for up to ten minutes, and the clocks of LMS and service differ. The rest is reserve. */
const OVERLAP_MS = 60 * MINUTE_MS;
/** A wide window that failed is asked again after this time. */
const WIDE_AGAIN_MS = 10 * MINUTE_MS;
/** A smaller difference is no slow clock: an answer takes a moment, and the hour before the import is reserve. */
const SLOW_CLOCK_MS = MINUTE_MS;
/** After so many empty checks in a row a cohort without a known inquiry asks for its roster (contract section 5). */
const EMPTY_CHECKS = 10;

/** The state that earlier checks of a cohort left. */
export interface InquiryCheckState {
  /** Older inquiries are never alerted. An hour before the cohort was imported or became active again. */
  beginsAt: Date;
  /** Start of the last successful check; null before the first one. */
  checkedAt: Date | null;
  /** Start of the last check that got the wide window. */
  wideCheckedAt: Date | null;
  /** Start of the last check that asked for it. */
  wideTriedAt: Date | null;
  /** Creation of the newest inquiry of the last 14 days that the LMS lists; null where none is known. */
  newestKnownAt: Date | null;
  /** Checks in a row that listed nothing. */
  emptyChecks: number;
}

export interface InquiryWindow {
  /** The check asks the LMS for inquiries from this moment on. */
  since: Date;
  /** The wide window reaches back 24 hours. One check a day asks for it. */
  isWide: boolean;
  /** Begin of the window that is asked for when the wide one fails. */
  narrowSince: Date;
  /** Begin of the regular window. An older inquiry is found late. */
  regularSince: Date;
}

/**
 * The window of a check that starts `now`. It reaches back to the newest known inquiry, so that a living session never lists
 * nothing: an empty list is a dead session or a deleted inquiry.
 */
export function inquiryWindow(state: InquiryCheckState, now: Date): InquiryWindow {
  // `checkedAt` lies in our future when the LMS's clock was wrong. It must not move the window into the future.
  const checkedAt = Math.min(state.checkedAt?.getTime() ?? now.getTime(), now.getTime());
  const begins = state.beginsAt.getTime();
  const regular = Math.max(begins, state.checkedAt === null ? begins : checkedAt - OVERLAP_MS);
  const narrow = Math.min(regular, state.newestKnownAt?.getTime() ?? regular);
  const isWide = isOver(state.wideCheckedAt, DAY_MS, now) && isOver(state.wideTriedAt, WIDE_AGAIN_MS, now);
  const since = isWide ? Math.min(narrow, Math.max(begins, now.getTime() - DAY_MS)) : narrow;
  return { since: new Date(since), isWide, narrowSince: new Date(narrow), regularSince: new Date(regular) };
}

function isOver(from: Date | null, durationMs: number, now: Date): boolean {
  return from === null || now.getTime() - from.getTime() >= durationMs;
}

/** Whether the check that listed nothing asks for the roster: it alone can show then that the session is dead. */
export function isRosterDue({ newestKnownAt, emptyChecks }: InquiryCheckState): boolean {
  return newestKnownAt === null && (emptyChecks + 1) % EMPTY_CHECKS === 0;
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
