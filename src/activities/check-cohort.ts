import { entryHash, findTrackedEntries, trackInquiries } from '../adapters/database/entry-tracking';
import type { SucceededCheck } from '../adapters/database/inquiry-checks';
import type { Database } from '../adapters/database/database';
import type { LmsAccount, LmsCallOptions, LmsClient } from '../adapters/lms/lms-client';
import { createInquiryAlert } from '../domain/inquiry-alert';
import { checkStart, inquiryWindow, type InquiryCheckState } from '../domain/inquiry-window';
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
  const { since, regularSince, looksBack } = inquiryWindow(state, startedAt);
  const { inquiries, lmsTime } = await lms.listInquiries(account, since, call);

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
    check: { skId, checkedAt: checkStart(lmsTime, startedAt), lookedBack: looksBack },
    newInquiries: added.length,
    lateInquiries: added.filter(({ late }) => late).length,
  };
}
