import { proxyActivities } from '@temporalio/workflow';
import type { OperationsCoreActivities } from '../../activities/operations/operations-core-activities';
import type { ApplyScheduleResult } from '../contract';
import { SCHEDULE_POLICY } from '../shared/activity-policies';

const { applyWorkersSchedule } = proxyActivities<OperationsCoreActivities>(SCHEDULE_POLICY);

/** Makes the Schedule of the nightly collection by a worker, whose collection time counts over the command line's. */
export async function applySchedule(): Promise<ApplyScheduleResult> {
  return applyWorkersSchedule.executeWithOptions({ summary: 'nightly-collection' }, []);
}
