import { formatSeoulTime } from '../../../domain/shared/learning-date';
import type { LmsAccounts } from '../../database/accounts/lms-accounts';
import type { LmsAccount } from '../lms-client';
import { lmsFailure } from '../lms-failure';

/**
 * Holds of an account for one of its cohorts. The rows of the database decide, because an import ends holds; this process
 * remembers only of which cohorts there is none, so that a request usually costs no query.
 */
export class CohortHolds {
  private readonly withoutRow = new Set<string>();

  constructor(private readonly accounts: LmsAccounts) {}

  /** @throws ServiceError LMS_ACCOUNT_HELD, DATABASE_UNAVAILABLE */
  async assertNone(account: LmsAccount, operation: string): Promise<void> {
    if (this.withoutRow.has(keyOf(account))) return;
    const hold = await this.accounts.findCohortHold(account.loginId, account.skId);
    if (hold === undefined) this.withoutRow.add(keyOf(account));
    if (hold === undefined || hold === 'over') return;
    const problem = `account is left alone for this cohort until ${formatSeoulTime(hold.until)} KST, because ${hold.reason}`;
    throw lmsFailure({ operation, skId: account.skId }, 'LMS_ACCOUNT_HELD', problem);
  }

  begin(account: LmsAccount): void {
    this.withoutRow.delete(keyOf(account));
  }

  /** The LMS served this cohort: a hold of earlier is over. */
  async end(account: LmsAccount): Promise<void> {
    if (this.withoutRow.has(keyOf(account))) return;
    await this.accounts.acceptCohort(account.loginId, account.skId);
    this.withoutRow.add(keyOf(account));
  }
}

function keyOf({ loginId, skId }: LmsAccount): string {
  return `${loginId}\n${skId}`;
}
