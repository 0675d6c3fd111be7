import { listActiveCohorts, loadAccounts } from '../../adapters/database/accounts/cohorts';
import type { Database } from '../../adapters/database/core/database';
import type { LmsAccount, LmsClient } from '../../adapters/lms/lms-client';
import type { SecretBox } from '../../adapters/secret-box';
import { DeadlineExceeded, withDeadline } from '../../adapters/shared/with-deadline';
import { ServiceError } from '../../domain/shared/service-error';
import { mapBounded } from '../shared/map-bounded';
import { withHeartbeat } from '../shared/with-heartbeat';

/** An operator waits for the answer. A cohort without an answer after this time counts as failed. */
const TIMEOUT_MS = 60_000;
/** More calls would only wait for the limiter. */
const MAX_OPEN_CALLS = 15;

export interface OperationsLmsDependencies {
  database: Database;
  secretBox: SecretBox;
  lms: Pick<LmsClient, 'listInquiries'>;
}

export interface AccountCheck {
  skId: string;
  ok: boolean;
  /** Why the check failed. */
  code?: string;
  message?: string;
}

/** Operators' questions to the LMS. They run in the worker, because only the owner of the lease may talk to the LMS. */
export function createOperationsLmsActivities({ database, secretBox, lms }: OperationsLmsDependencies) {
  /** Inquiries since this moment: the cheapest call that needs a log-in and the right cohort. */
  const check = async (skId: string, account: LmsAccount | ServiceError, signal: AbortSignal) => {
    if (account instanceof ServiceError) return refused(skId, account);
    try {
      await lms.listInquiries(account, new Date(), { signal });
      return { skId, ok: true };
    } catch (error) {
      if (error instanceof ServiceError && error.code !== 'LMS_LEASE_LOST') return refused(skId, error);
      throw error;
    }
  };

  return {
    /** Makes one call to the LMS with each active cohort's account, after a log-in where there is no session. */
    async checkLmsAccounts(): Promise<{ cohorts: AccountCheck[] }> {
      const skIds = (await listActiveCohorts(database)).map((cohort) => cohort.skId);
      const accounts = [...(await loadAccounts(database, secretBox, skIds))];
      const beganMs = performance.now();
      const checks = await withHeartbeat((signal) =>
        mapBounded(accounts, MAX_OPEN_CALLS, async ([skId, account]) => {
          const leftMs = TIMEOUT_MS - (performance.now() - beganMs);
          try {
            return await withDeadline(signal, leftMs, (within) => check(skId, account, within));
          } catch (error) {
            if (!(error instanceof DeadlineExceeded)) throw error;
            return refused(skId, new ServiceError('LMS_UNAVAILABLE', 'The LMS did not answer within a minute.'));
          }
        }),
      );
      return { cohorts: checks };
    },
  };
}

export type OperationsLmsActivities = ReturnType<typeof createOperationsLmsActivities>;

function refused(skId: string, error: ServiceError): AccountCheck {
  return { skId, ok: false, code: error.code, message: error.message };
}
