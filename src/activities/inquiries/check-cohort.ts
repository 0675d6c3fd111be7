import { loadCohortName } from '../../adapters/database/accounts/cohorts';
import type { Database } from '../../adapters/database/core/database';
import {
  entryHash,
  findTrackedEntries,
  trackInquiries,
  type DetectedInquiry,
} from '../../adapters/database/inquiries/entry-tracking';
import type { SucceededCheck } from '../../adapters/database/inquiries/inquiry-checks';
import type { LmsAccount, LmsCallOptions, LmsClient } from '../../adapters/lms/lms-client';
import { createInquiryAlert } from '../../domain/alerts/inquiry-alert';
import type { Inquiry } from '../../domain/inquiries/inquiry';
import {
  beginsAtOfLms,
  checkStart,
  inquiryWindow,
  type InquiryCheckState,
  type InquiryWindow,
} from '../../domain/inquiries/inquiry-window';
import type { KnownHashes } from './known-hashes';

/** Inquiries of one transaction. The first wide window of a cohort may hold hundreds. */
const INQUIRIES_PER_TRANSACTION = 100;

export interface CheckCohortDependencies {
  database: Database;
  lms: LmsClient;
  knownHashes: KnownHashes;
}

export interface CheckedCohort {
  check: SucceededCheck;
  newInquiries: number;
  /** The new ones that only the wide window contains. */
  lateInquiries: number;
}

/**
 * Lists a cohort's inquiries and stores each new one with its alert. Three levels filter them, each cheaper than the
 * next: the window, the memory of this process, and the unique key, which alone decides (decision 0002).
 * @throws ServiceError as LmsClient does; DATABASE_UNAVAILABLE, DATABASE_REJECTED
 */
export async function checkCohort(
  { database, lms, knownHashes }: CheckCohortDependencies,
  account: LmsAccount,
  state: InquiryCheckState,
  call: LmsCallOptions,
): Promise<CheckedCohort> {
  const { skId } = account;
  const startedAt = new Date();
  const generation = database.generation();
  const { inquiries, lmsTime, movedBegin, window } = await listInquiries(lms, account, state, startedAt, call);
  const candidates = inquiries
    .filter((inquiry) => inquiry.createdAt >= window.since)
    .map((inquiry) => ({ inquiry, hash: entryHash(skId, inquiry.entryId) }))
    .filter(({ hash }) => !knownHashes.has(hash));
  const hashes = candidates.map(({ hash }) => hash);
  const tracked = await findTrackedEntries(database, hashes);
  const untracked = candidates.filter(({ hash }) => !tracked.has(hash)).map(({ inquiry }) => inquiry);
  const added = await storeWithAlerts(database, skId, untracked, window);
  // Not earlier: a hash is known only when its row is committed.
  for (const hash of hashes) knownHashes.add(hash, generation);

  return {
    check: {
      skId,
      ...(movedBegin === undefined ? {} : { movedBegin }),
      checkedAt: checkStart(lmsTime, startedAt),
      isWide: window.isWide,
    },
    newInquiries: added.length,
    lateInquiries: added.filter(({ isLate }) => isLate).length,
  };
}

/** @returns the inquiries that no other check stored first */
async function storeWithAlerts(
  database: Database,
  skId: string,
  inquiries: readonly Inquiry[],
  { regularSince }: InquiryWindow,
): Promise<DetectedInquiry[]> {
  if (inquiries.length === 0) return [];
  const cohortName = await loadCohortName(database, skId);
  const added: DetectedInquiry[] = [];
  for (let start = 0; start < inquiries.length; start += INQUIRIES_PER_TRANSACTION) {
    const batch = inquiries.slice(start, start + INQUIRIES_PER_TRANSACTION).map((inquiry): DetectedInquiry => {
      const { entryId, createdAt } = inquiry;
      const isLate = createdAt < regularSince;
      return { entryId, createdAt, isLate, alert: createInquiryAlert({ skId, cohortName, inquiry, isLate }) };
    });
    added.push(...(await trackInquiries(database, skId, batch)));
  }
  return added;
}

interface ListedInquiries {
  inquiries: Inquiry[];
  lmsTime: Date | null;
  movedBegin?: { from: Date; to: Date };
  window: InquiryWindow;
}

/** The first check of a cohort compares the LMS's clock with ours. When the LMS's is slow, it asks again from further back. */
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
  const movedWindow = inquiryWindow({ ...state, beginsAt: to }, startedAt);
  const listedAgain = await lms.listInquiries(account, movedWindow.since, call);
  return { ...listedAgain, movedBegin: { from, to }, window: movedWindow };
}
