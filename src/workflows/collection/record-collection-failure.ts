import { CancellationScope, log, proxyActivities } from '@temporalio/workflow';
import type { CollectionCoreActivities } from '../../activities/collection/collection-core-activities';
import type { DataType } from '../../domain/collection/data-type';
import type { LearningDate } from '../../domain/shared/learning-date';
import { cohortCollectionId } from '../contract';
import { DATABASE_POLICY } from '../shared/activity-policies';
import type { FailureReason } from '../shared/failure-reason';

const { recordCollectionFailure: record } = proxyActivities<CollectionCoreActivities>(DATABASE_POLICY);

/**
 * Marks the runs failed, also while the workflow is being cancelled, and waits for a database that is away. Never fails:
 * the workflow's result names the reason too.
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
