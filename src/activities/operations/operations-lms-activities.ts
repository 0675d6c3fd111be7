import { listActiveCohorts, loadAccounts } from '../../adapters/database/accounts/cohorts';
import type { Database } from '../../adapters/database/core/database';
import type { LmsAccount, LmsClient } from '../../adapters/lms/lms-client';
import type { SecretBox } from '../../adapters/secret-box';
import { DeadlineExceeded, withDeadline } from '../../adapters/shared/with-deadline';
import { ServiceError } from '../../domain/shared/service-error';
import { mapBounded } from '../shared/map-bounded';
import { withHeartbeat } from '../shared/with-heartbeat';

/** An operator waits for the answer; what the LMS has not answered by then is answer enough. */
const PATIENCE_MS = 60_000;
/** More would only wait for the limiter. */
const MOST_AT_ONCE = 15;

export interface OperationsLmsDependencies {
  database: Database;
  secretBox: SecretBox;
  lms: Pick<LmsClient, 'listInquiries'>;
}

export interface AccountCheck {
  skId: string;
  ok: boolean;
  /** Why not, when not. */
  code?: string;
  message?: string;
}

/** What operators ask about the LMS, which one process alone may talk to. */
export function createOperationsLmsActivities({ database, secretBox, lms }: OperationsLmsDependencies) {
  /** The cheapest question that needs a log-in and the right cohort: whether anything was asked just now. */
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
    /** Logs in at the LMS with each active cohort's account, or uses the session that is there, and asks one thing. */
    async checkLmsAccounts(): Promise<{ cohorts: AccountCheck[] }> {
      const skIds = (await listActiveCohorts(database)).map((cohort) => cohort.skId);
      const accounts = [...(await loadAccounts(database, secretBox, skIds))];
      const beganMs = performance.now();
      const checks = await withHeartbeat((signal) =>
        mapBounded(accounts, MOST_AT_ONCE, async ([skId, account]) => {
          const leftMs = PATIENCE_MS - (performance.now() - beganMs);
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
