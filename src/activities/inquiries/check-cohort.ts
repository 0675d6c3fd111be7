import { loadCohortName } from '../../adapters/database/accounts/cohorts';
import type { Database } from '../../adapters/database/core/database';
import {
  entryHash,
  findTrackedEntries,
  trackInquiries,
  type DetectedInquiry,
} from '../../adapters/database/inquiries/entry-tracking';
import type { SucceededCheck } from '../../adapters/database/inquiries/inquiry-checks';
import { reportUnreadableInquiries } from '../../adapters/database/inquiries/unreadable-inquiries';
import type { LmsAccount, LmsCallOptions, LmsClient } from '../../adapters/lms/lms-client';
import { createInquiryAlert } from '../../domain/alerts/inquiry-alert';
import type { Inquiry } from '../../domain/inquiries/inquiry';
import { checkStart, type InquiryCheckState, type InquiryWindow } from '../../domain/inquiries/inquiry-window';
import type { KnownHashes } from './known-hashes';
import { isEmpty, listInquiries } from './list-inquiries';

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
  /** The new ones that the regular window does not contain. */
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
  const listed = await listInquiries({ lms, account, call }, state, startedAt);
  const { inquiries, lmsTime, movedBegin, window, hasWideFailed } = listed;
  const beginsAt = movedBegin?.to ?? state.beginsAt;
  const candidates = inquiries
    .filter(({ createdAt }) => createdAt >= window.since && createdAt >= beginsAt)
    .map((inquiry) => ({ inquiry, hash: entryHash(skId, inquiry.entryId) }))
    .filter(({ hash }) => !knownHashes.has(hash));
  const hashes = candidates.map(({ hash }) => hash);
  const tracked = await findTrackedEntries(database, hashes);
  const untracked = candidates.filter(({ hash }) => !tracked.has(hash)).map(({ inquiry }) => inquiry);
  const added = await storeWithAlerts(database, skId, untracked, window);
  // Not earlier: a hash is known only when its row is committed.
  for (const hash of hashes) knownHashes.add(hash, generation);
  await reportUnreadableInquiries(database, skId, listed.unreadable, startedAt);

  return {
    check: {
      skId,
      ...(movedBegin === undefined ? {} : { movedBegin }),
      checkedAt: checkStart(lmsTime, startedAt),
      wide: window.isWide ? (hasWideFailed ? 'failed' : 'succeeded') : 'not due',
      ...(isEmpty(listed)
        ? // A new session listed nothing either, so the inquiry is waited for no more.
          { emptyChecks: state.emptyChecks + 1, deletedUntil: state.newestKnownAt }
        : { emptyChecks: 0, deletedUntil: null }),
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
