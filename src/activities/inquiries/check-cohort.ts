import { entryHash, findTrackedEntries, trackInquiries } from '../../adapters/database/inquiries/entry-tracking';
import type { SucceededCheck } from '../../adapters/database/inquiries/inquiry-checks';
import type { Database } from '../../adapters/database/core/database';
import type { LmsAccount, LmsCallOptions, LmsClient } from '../../adapters/lms/lms-client';
import { createInquiryAlert } from '../../domain/alerts/inquiry-alert';
import {
  beginsAtOfLms,
  checkStart,
  inquiryWindow,
  type InquiryCheckState,
  type InquiryWindow,
} from '../../domain/inquiries/inquiry-window';
import type { Inquiry } from '../../domain/inquiries/inquiry';
import type { SeenEntries } from './seen-entries';

export interface CheckCohortDependencies {
  database: Database;
  lms: LmsClient;
  seen: SeenEntries;
}

export interface CheckedCohort {
  check: SucceededCheck;
  newInquiries: number;
  /** Of the new ones: those that only the daily look back found. */
  lateInquiries: number;
}

/**
 * Asks a cohort's inquiries and stores each new one with its alert. Three levels, each cheaper than the next, and the
 * last one decides: the time asked for, the memory of this process, the unique key.
 * @throws ServiceError as LmsClient does; DATABASE_UNAVAILABLE, DATABASE_REJECTED
 */
export async function checkCohort(
  { database, lms, seen }: CheckCohortDependencies,
  account: LmsAccount,
  state: InquiryCheckState,
  call: LmsCallOptions,
): Promise<CheckedCohort> {
  const { skId } = account;
  const startedAt = new Date();
  const { inquiries, lmsTime, movedBegin, window } = await listInquiries(lms, account, state, startedAt, call);
  const { since, regularSince, looksBack } = window;
  const unseen = inquiries
    .filter((inquiry) => inquiry.createdAt >= since)
    .map((inquiry) => ({ inquiry, hash: entryHash(skId, inquiry.entryId) }))
    .filter(({ hash }) => !seen.has(hash));
  const tracked = await findTrackedEntries(
    database,
    unseen.map(({ hash }) => hash),
  );
  const unknown = unseen
    .filter(({ hash }) => !tracked.has(hash))
    .map(({ inquiry }) => ({
      entryId: inquiry.entryId,
      createdAt: inquiry.createdAt,
      late: inquiry.createdAt < regularSince,
      inquiry,
    }));
  const added = await trackInquiries(database, skId, unknown, ({ inquiry, late }, cohortName) =>
    createInquiryAlert({ skId, cohortName, inquiry, late }),
  );
  // Only now: what is remembered is committed.
  for (const { hash } of unseen) seen.add(hash);

  return {
    check: {
      skId,
      ...(movedBegin === undefined ? {} : { movedBegin }),
      checkedAt: checkStart(lmsTime, startedAt),
      lookedBack: looksBack,
    },
    newInquiries: added.length,
    lateInquiries: added.filter(({ late }) => late).length,
  };
}

interface ListedInquiries {
  inquiries: Inquiry[];
  lmsTime: Date | null;
  movedBegin?: { from: Date; to: Date };
  window: InquiryWindow;
}

/** The first check of a cohort learns how slow the LMS's clock is, and if it is, asks once more from further back. */
async function listInquiries(
  lms: LmsClient,
  account: LmsAccount,
  state: InquiryCheckState,
  startedAt: Date,
  call: LmsCallOptions,
): Promise<ListedInquiries> {
  const window = inquiryWindow(state, startedAt);
  const listed = await lms.listInquiries(account, window.since, call);
  const from = state.beginsAt;
  const to = state.checkedAt === null ? beginsAtOfLms(from, listed.lmsTime, startedAt) : from;
  if (to >= from) return { ...listed, window };
  const wider = inquiryWindow({ ...state, beginsAt: to }, startedAt);
  return { ...(await lms.listInquiries(account, wider.since, call)), movedBegin: { from, to }, window: wider };
}
