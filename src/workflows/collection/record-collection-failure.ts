import { CancellationScope, log, proxyActivities } from '@temporalio/workflow';
import type { CollectionCoreActivities } from '../../activities/collection/collection-core-activities';
import type { DatasetOutcome } from '../../domain/collection/dataset-outcome';
import { cohortCollectionId, type CohortCollectionInput } from '../contract';
import { DATABASE_POLICY } from '../shared/activity-policies';
import type { FailureReason } from '../shared/failure-reason';

const { recordCollectionFailure: record } = proxyActivities<CollectionCoreActivities>(DATABASE_POLICY);

/**
 * Marks the runs of a cohort failed whose try did not end by itself, also while the workflow is being cancelled, and waits
 * for a database that is away. Never fails.
 * @returns the failed outcomes
 */
export async function recordCollectionFailure(
  { skId, date, dataTypes }: CohortCollectionInput,
  reason: FailureReason,
): Promise<DatasetOutcome[]> {
  const workflowId = cohortCollectionId(date, skId);
  const summary = `${skId} ${dataTypes.join(', ')} failed: ${reason.code}`;
  try {
    await CancellationScope.nonCancellable(() =>
      record.executeWithOptions({ summary }, [{ skId, date, dataTypes, workflowId, message: reason.message }]),
    );
  } catch {
    log.error('A failed collection could not be recorded', { cohort: skId, date });
  }
  return dataTypes.map((dataType) => ({ dataType, stored: false, rowCount: 0, ...reason }));
}
