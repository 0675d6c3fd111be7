import { ActivityFailure, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { OperationsLmsActivities } from '../../activities/operations/operations-lms-activities';
import { LMS_TASK_QUEUE, type CheckLmsResult, type LmsAccountCheck } from '../contract';
import { markdownTable } from '../shared/markdown-table';

const { checkLmsAccounts } = proxyActivities<OperationsLmsActivities>({
  taskQueue: LMS_TASK_QUEUE,
  // Longer than a standby needs to take over from a worker that was killed.
  scheduleToStartTimeout: '20 s',
  startToCloseTimeout: '90 s',
  heartbeatTimeout: '8 s',
  retry: { maximumAttempts: 3, maximumInterval: '5 s' },
});

/** Whether the LMS takes each active cohort's account, asked by the worker that may talk to it. */
export async function checkLms(): Promise<CheckLmsResult> {
  try {
    const result = await checkLmsAccounts.executeWithOptions({ summary: 'every active cohort' }, []);
    setCurrentDetails(detailsOf(result.cohorts ?? []));
    return result;
  } catch (error) {
    if (isUnclaimed(error)) return { cohorts: null };
    throw error;
  }
}

/** For the Web UI. */
function detailsOf(cohorts: readonly LmsAccountCheck[]): string {
  return markdownTable(
    ['cohort', 'LMS'],
    cohorts.map(({ skId, ok, code, message }) => [skId, ok ? 'answers' : `**${code}** ${message}`]),
  );
}

function isUnclaimed(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === TimeoutType.SCHEDULE_TO_START
  );
}
