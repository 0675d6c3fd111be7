import { z } from 'zod';
import { loadAccounts } from '../../adapters/database/accounts/cohorts';
import type { Database } from '../../adapters/database/core/database';
import {
  findCompletion,
  markRefused,
  markReported,
  type VideoCompletion,
} from '../../adapters/database/completion/video-completions';
import type { LmsAccount, LmsClient } from '../../adapters/lms/lms-client';
import type { SecretBox } from '../../adapters/secret-box';
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
}

export type ReportCompletionResult =
  | { outcome: 'reported' }
  /** The learner was erased, and the completion with them. */
  | { outcome: 'gone' }
  /** A person must act first. The watchdog tells the operators. */
  | { outcome: 'waiting'; code: string; message: string };

const inputSchema = z.object({ completionId: z.string().min(1) });

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
      await markRefused(database, content.completionId, { code, message });
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
     * the completion by its id. If only a person can solve the problem, the result is `waiting`.
     * @throws ServiceError LMS_UNAVAILABLE, LMS_RATE_LIMITED, LMS_SESSION_REJECTED, LMS_LEASE_LOST,
     *   DATABASE_UNAVAILABLE, INPUT_INVALID
     */
    async reportCompletion(input: ReportCompletionInput): Promise<ReportCompletionResult> {
      const { completionId } = parseInput(inputSchema, input);
      return withHeartbeat(async (signal) => {
        const completion = await findCompletion(database, completionId);
        if (completion === undefined) return { outcome: 'gone' };
        return report(completion, signal);
      });
    },
  };
}

export type CompletionLmsActivities = ReturnType<typeof createCompletionLmsActivities>;

/** Only a person can mend these. The workflow asks again now and then, in case that somebody did. */
const NEEDS_PERSON: ReadonlySet<string> = new Set<ErrorCode>([
  ...(['COHORT_UNKNOWN', 'COHORT_INACTIVE', 'CREDENTIALS_UNREADABLE'] as const),
  ...(['LMS_ACCOUNT_REFUSED', 'LMS_ACCOUNT_HELD', 'LMS_NOT_FOUND', 'LMS_REJECTED', 'LMS_BAD_PAGE'] as const),
]);
