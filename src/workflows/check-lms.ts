import { ActivityFailure, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { proxyActivities } from '@temporalio/workflow';
import type { OperationsLmsActivities } from '../activities/operations-lms-activities';
import { LMS_TASK_QUEUE, type CheckLmsResult } from './contract';

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
    return await checkLmsAccounts.executeWithOptions({ summary: 'every active cohort' }, []);
  } catch (error) {
    if (isUnclaimed(error)) return { cohorts: null };
    throw error;
  }
}

function isUnclaimed(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === TimeoutType.SCHEDULE_TO_START
  );
}
