import { proxyActivities } from '@temporalio/workflow';
import type { OperationsCoreActivities } from '../../activities/operations/operations-core-activities';
import type { ApplyScheduleResult } from '../contract';

const { applyWorkersSchedule } = proxyActivities<OperationsCoreActivities>({
  startToCloseTimeout: '30 s',
  retry: { maximumInterval: '10 s' },
});

/** Makes the Schedule of the nightly collection by a worker, whose collection time counts over the command line's. */
export async function applySchedule(): Promise<ApplyScheduleResult> {
  return applyWorkersSchedule.executeWithOptions({ summary: 'nightly-collection' }, []);
}
