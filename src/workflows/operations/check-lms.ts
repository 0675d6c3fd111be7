import { ActivityFailure, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { OperationsLmsActivities } from '../../activities/operations/operations-lms-activities';
import type { CheckLmsResult, LmsAccountCheck } from '../contract';
import { LMS_CHECK_POLICY } from '../shared/activity-policies';
import { markdownTable } from '../shared/markdown-table';

const { checkLmsAccounts } = proxyActivities<OperationsLmsActivities>(LMS_CHECK_POLICY);

/** Whether the LMS accepts each active cohort's account. The worker that holds the lease asks it. */
export async function checkLms(): Promise<CheckLmsResult> {
  try {
    const result = await checkLmsAccounts.executeWithOptions({ summary: 'every active cohort' }, []);
    setCurrentDetails(detailsOf(result.cohorts ?? []));
    return result;
  } catch (error) {
    if (hasNoWorker(error)) return { cohorts: null };
    throw error;
  }
}

/** Markdown for the Web UI. */
function detailsOf(cohorts: readonly LmsAccountCheck[]): string {
  return markdownTable(
    ['cohort', 'LMS'],
    cohorts.map(({ skId, ok, code, message }) => [skId, ok ? 'answers' : `**${code}** ${message}`]),
  );
}

function hasNoWorker(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === TimeoutType.SCHEDULE_TO_START
  );
}
