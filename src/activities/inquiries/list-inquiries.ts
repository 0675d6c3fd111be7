import type { InquiryListing, LmsAccount, LmsCallOptions, LmsClient } from '../../adapters/lms/lms-client';
import { DeadlineExceeded, withDeadline } from '../../adapters/shared/with-deadline';
import {
  beginsAtOfLms,
  inquiryWindow,
  isRosterDue,
  type InquiryCheckState,
  type InquiryWindow,
} from '../../domain/inquiries/inquiry-window';
import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';

export interface ListedInquiries extends InquiryListing {
  window: InquiryWindow;
  /** Set by a first check that found the LMS's clock slow. */
  movedBegin?: { from: Date; to: Date };
  /** The wide window was asked for and failed; the narrow one did not. */
  hasWideFailed: boolean;
}

interface Source {
  lms: LmsClient;
  account: LmsAccount;
  call: LmsCallOptions;
}

/** Shorter than the stall timeout of a check, so that a wide window that hangs leaves time for the narrow one. */
const WIDE_DEADLINE_MS = 15_000;
/** Failures that the narrow window would have too. */
const NOT_OF_THE_WINDOW: ReadonlySet<ErrorCode> = new Set([
  'LMS_LEASE_LOST',
  'LMS_ACCOUNT_REFUSED',
  'LMS_ACCOUNT_HELD',
  'DATABASE_UNAVAILABLE',
]);

/**
 * Lists the inquiries of the check's window, with a new session where the old one is dead. The first check of a cohort
 * compares the LMS's clock with ours. When the LMS's is slow, it asks again from further back.
 * @throws ServiceError as LmsClient does
 */
export async function listInquiries(
  source: Source,
  state: InquiryCheckState,
  startedAt: Date,
): Promise<ListedInquiries> {
  const listed = await listWindow(source, state, startedAt);
  const from = state.beginsAt;
  const to = state.checkedAt === null ? beginsAtOfLms(from, listed.lmsTime, startedAt) : from;
  if (to >= from) return listed;
  return { ...(await listWindow(source, { ...state, beginsAt: to }, startedAt)), movedBegin: { from, to } };
}

async function listWindow(source: Source, state: InquiryCheckState, startedAt: Date): Promise<ListedInquiries> {
  const window = inquiryWindow(state, startedAt);
  const { since, narrowSince } = window;
  if (since < narrowSince) {
    try {
      return { ...(await listFromLivingSession(source, state, since, WIDE_DEADLINE_MS)), window, hasWideFailed: false };
    } catch (error) {
      if (source.call.signal.aborted || !isOfTheWindow(error)) throw error;
    }
  }
  const listing = await listFromLivingSession(source, state, narrowSince);
  return { ...listing, window: { ...window, since: narrowSince }, hasWideFailed: since < narrowSince };
}

function isOfTheWindow(error: unknown): boolean {
  return error instanceof DeadlineExceeded || (error instanceof ServiceError && !NOT_OF_THE_WINDOW.has(error.code));
}

/** A session can die quietly and list nothing from then on. Then this logs in anew and asks again. */
async function listFromLivingSession(
  { lms, account, call }: Source,
  state: InquiryCheckState,
  since: Date,
  deadlineMs?: number,
): Promise<InquiryListing> {
  const list = () =>
    deadlineMs === undefined
      ? lms.listInquiries(account, since, call)
      : withDeadline(call.signal, deadlineMs, (signal) => lms.listInquiries(account, since, { ...call, signal }));
  const listing = await list();
  if (!isEmpty(listing)) return listing;
  const isDead = state.newestKnownAt !== null || (isRosterDue(state) && !(await lms.hasStudents(account, call)));
  if (!isDead) return listing;
  lms.forgetSession(account);
  return list();
}

export function isEmpty({ inquiries, unreadable }: InquiryListing): boolean {
  return inquiries.length + unreadable.length === 0;
}
