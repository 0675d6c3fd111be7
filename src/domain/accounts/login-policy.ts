/*
 * When the service may log in with an LMS account (decision 0016). Five wrong passwords in ten minutes lock an account
 * for half an hour (contract section 1), so each log-in that the LMS may have counted as a wrong one counts here too.
 */

const MINUTE_MS = 60_000;

/** A refused account is left alone for this long, unless it is imported again. */
export const ACCOUNT_HOLD_MS = 30 * MINUTE_MS;

/** So many accounts that had logged in before, refused within a minute, are the LMS's trouble: nobody is left alone. */
const SHARED_REFUSALS = 5;
export const SHARED_REFUSAL_WINDOW_MS = MINUTE_MS;
/** The LMS's trouble goes on until an account logs in, or until nothing was refused for so long. */
export const SHARED_REFUSAL_ENDS_AFTER_MS = 15 * MINUTE_MS;

/**
 * Whether refusals are the LMS's trouble instead of the accounts'. With fewer accounts than five it is all of them, but
 * one account alone is never enough.
 * @param proven active accounts that logged in before
 * @param refused those of them that were refused within a minute
 */
export function isSharedRefusal(proven: number, refused: number): boolean {
  return refused >= Math.min(SHARED_REFUSALS, Math.max(2, proven));
}

/** After this long without a log-in none of them counts any more. */
const COUNTING_WINDOW_MS = 10 * MINUTE_MS;

/**
 * How long the next log-in waits after the newest, by the number of open log-ins; the last entry holds for more too. Any
 * four waits in a row, those after the first log-in on, are longer than ten minutes together: ten minutes never see a
 * fifth open log-in.
 */
const WAITS_MS = [0, 0, 0, 50_000, 570_000, 160_000] as const;

/** How far the LMS got with a log-in that brought no session. */
export type LoginHandling =
  /** It never received it, or turned it away as too much or too early. */
  | 'no'
  /** It answered that it failed, perhaps after it checked the password. */
  | 'perhaps'
  /** Its answer was lost. */
  | 'unknown';

/** The newest log-in at the account, and how many there are since the last success that may count as wrong passwords. */
export interface OpenLogins {
  count: number;
  newestAt: Date;
  newestAgoMs: number;
}

/** The known state of an account before a log-in. */
export interface LoginHistory {
  /** Undefined before the first log-in. */
  openLogins: OpenLogins | undefined;
  /** The password was right at its newest answer. */
  isProven: boolean;
  /** Undefined where the account is not left alone. */
  hold: AccountHold | undefined;
}

export interface AccountHold {
  until: Date;
  /** For operators, without secrets. */
  reason: string;
}

export type LoginPermit =
  | { kind: 'granted'; isProven: boolean }
  | ({ kind: 'held' } & AccountHold)
  /** Too many open log-ins. */
  | { kind: 'wait'; until: Date; waitMs: number };

export function loginPermit({ openLogins, isProven, hold }: LoginHistory): LoginPermit {
  if (hold !== undefined) return { kind: 'held', ...hold };
  if (openLogins !== undefined) {
    const { count, newestAt, newestAgoMs } = openLogins;
    const wholeWaitMs = WAITS_MS[Math.min(count, WAITS_MS.length - 1)] ?? 0;
    const waitMs = wholeWaitMs - newestAgoMs;
    if (waitMs > 0) return { kind: 'wait', until: new Date(newestAt.getTime() + wholeWaitMs), waitMs };
  }
  return { kind: 'granted', isProven };
}

/** The number of open log-ins once the next one is counted, which happens before it is sent. */
export function countLogin(openLogins: OpenLogins | undefined): number {
  if (openLogins === undefined || openLogins.newestAgoMs >= COUNTING_WINDOW_MS) return 1;
  return Math.min(WAITS_MS.length, openLogins.count + 1);
}

/**
 * Whether a log-in that brought no session surely did not count as a wrong password, so that it is not open any more. An
 * LMS that failed hardly counted a password that was right before; one that was never right may have counted.
 */
export function isLoginHarmless(handled: LoginHandling, isProven: boolean): boolean {
  return handled === 'no' || (handled === 'perhaps' && isProven);
}
