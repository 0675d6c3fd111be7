import { CancellationScope, log, proxyActivities } from '@temporalio/workflow';
import type { CollectionCoreActivities } from '../../activities/collection/collection-core-activities';
import type { DataType } from '../../domain/collection/data-type';
import type { LearningDate } from '../../domain/shared/learning-date';
import { CORE_TASK_QUEUE, cohortCollectionId } from '../contract';
import type { FailureReason } from '../shared/failure-reason';

const { recordCollectionFailure: record } = proxyActivities<CollectionCoreActivities>({
  taskQueue: CORE_TASK_QUEUE,
  startToCloseTimeout: '30 seconds',
  retry: { maximumInterval: '30 seconds' },
});

/**
 * Marks the runs failed, also while the workflow is being cancelled, and waits out a database that is away. A record
 * that the database refuses for good fails nobody else: the reason stands in the workflow's result all the same.
 */
export async function recordCollectionFailure(
  { skId, date, dataTypes }: { skId: string; date: LearningDate; dataTypes: DataType[] },
  { code, message }: FailureReason,
): Promise<void> {
  const workflowId = cohortCollectionId(date, skId);
  try {
    await CancellationScope.nonCancellable(() =>
      record.executeWithOptions({ summary: `${skId} ${dataTypes.join(', ')} failed: ${code}` }, [
        { skId, date, dataTypes, workflowId, message },
      ]),
    );
  } catch {
    log.error('A failed collection could not be recorded', { cohort: skId, date });
  }
}
