import { z } from 'zod';
import { loadAccounts } from '../../adapters/database/accounts/cohorts';
import type { Database } from '../../adapters/database/core/database';
import { closeIncident, openIncident } from '../../adapters/database/operations/incidents';
import {
  findCompletion,
  markReported,
  type VideoCompletion,
} from '../../adapters/database/completion/video-completions';
import type { LmsAccount, LmsClient } from '../../adapters/lms/lms-client';
import type { SecretBox } from '../../adapters/secret-box';
import { completionsWaitText } from '../../domain/operations/operators-texts';
import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';
import { parseInput } from '../shared/parse-input';
import { withHeartbeat } from '../shared/with-heartbeat';

export interface CompletionLmsDependencies {
  database: Database;
  secretBox: SecretBox;
  lms: Pick<LmsClient, 'reportCompletion'>;
}

export interface ReportCompletionInput {
  completionId: string;
  /** The error code of the last try, if that try ended as `waiting`. */
  waitedFor?: string | undefined;
}

export type ReportCompletionResult =
  | { outcome: 'reported' }
  /** The learner was erased, and the completion with them. */
  | { outcome: 'gone' }
  /** A person must act first. The operators' incident is open. */
  | { outcome: 'waiting'; code: string; message: string };

const inputSchema = z.object({ completionId: z.string().min(1), waitedFor: z.string().optional() });

/** Activities of lecture completion that talk to the LMS. */
export function createCompletionLmsActivities({ database, secretBox, lms }: CompletionLmsDependencies) {
  async function report(completion: VideoCompletion, signal: AbortSignal): Promise<ReportCompletionResult> {
    const { projectNo: skId, reportedAt, ...content } = completion;
    if (reportedAt !== null) return { outcome: 'reported' };
    try {
      await lms.reportCompletion(await accountOf(skId), content, { signal });
    } catch (error) {
      if (!(error instanceof ServiceError) || !NEEDS_PERSON.has(error.code)) throw error;
      const { code, message } = error;
      const key = incidentKey(skId, code);
      if (key !== undefined) {
        await openIncident(database, { key, summary: completionsWaitText(skId, code, message) });
      }
      return { outcome: 'waiting', code, message };
    }
    await markReported(database, content.completionId);
    return { outcome: 'reported' };
  }

  async function accountOf(skId: string): Promise<LmsAccount> {
    const account = (await loadAccounts(database, secretBox, [skId])).get(skId);
    if (account === undefined) throw new ServiceError('COHORT_UNKNOWN', `No cohort ${skId} was imported.`);
    if (account instanceof ServiceError) throw account;
    return account;
  }

  return {
    /**
     * Reports one completion to the LMS and records that the LMS accepted it. A repeated report is harmless: the LMS knows
     * the completion by its id. If only a person can solve the problem, the result is `waiting`, and one incident for each
     * cohort and cause informs the operators. The watchdog has one incident for all unknown cohorts.
     * @throws ServiceError LMS_UNAVAILABLE, LMS_RATE_LIMITED, LMS_SESSION_REJECTED, LMS_LEASE_LOST,
     *   DATABASE_UNAVAILABLE, INPUT_INVALID
     */
    async reportCompletion(input: ReportCompletionInput): Promise<ReportCompletionResult> {
      const { completionId, waitedFor } = parseInput(inputSchema, input);
      return withHeartbeat(async (signal) => {
        const completion = await findCompletion(database, completionId);
        if (completion === undefined) return { outcome: 'gone' };
        const result = await report(completion, signal);
        if (waitedFor !== undefined) {
          const { projectNo: skId } = completion;
          const before = incidentKey(skId, waitedFor);
          const isOver = result.outcome !== 'waiting' || incidentKey(skId, result.code) !== before;
          if (before !== undefined && isOver) await closeIncident(database, { key: before });
        }
        return result;
      });
    },
  };
}

export type CompletionLmsActivities = ReturnType<typeof createCompletionLmsActivities>;

/**
 * The key of the one incident for all completions of a cohort that wait for the same cause. The first completion that is
 * reported ends it. While a password is wrong, refused and held follow each other, so they are one cause. A cohort that
 * nobody imported has no incident of this kind: pages name the cohort, so one learner could open any number of them.
 */
function incidentKey(skId: string, code: string): string | undefined {
  return code === 'COHORT_UNKNOWN' ? undefined : `completions-waiting/${skId}/${CAUSES[code] ?? 'report'}`;
}

/** Only a person can mend these. The workflow asks again now and then, in case that somebody did. */
const NEEDS_PERSON: ReadonlySet<string> = new Set<ErrorCode>([
  ...(['COHORT_UNKNOWN', 'COHORT_INACTIVE', 'CREDENTIALS_UNREADABLE'] as const),
  ...(['LMS_ACCOUNT_REFUSED', 'LMS_ACCOUNT_HELD', 'LMS_NOT_FOUND', 'LMS_REJECTED', 'LMS_BAD_PAGE'] as const),
]);

const CAUSES: Record<string, string> = {
  COHORT_INACTIVE: 'cohort',
  CREDENTIALS_UNREADABLE: 'account',
  LMS_ACCOUNT_REFUSED: 'account',
  LMS_ACCOUNT_HELD: 'account',
};
