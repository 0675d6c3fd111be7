import { proxyActivities } from '@temporalio/workflow';
import type { OperationsCoreActivities } from '../../activities/operations/operations-core-activities';
import type { ApplyScheduleResult } from '../contract';
import { SCHEDULE_POLICY } from '../shared/activity-policies';

const { applyWorkersSchedule } = proxyActivities<OperationsCoreActivities>(SCHEDULE_POLICY);

/** Applies the Schedules with a worker's configuration, which counts over the command line's. */
export async function applySchedule(): Promise<ApplyScheduleResult> {
  return applyWorkersSchedule.executeWithOptions({ summary: 'nightly-collection' }, []);
}
