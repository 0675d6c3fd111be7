import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { ServiceError } from '../../domain/shared/service-error';

/**
 * Resolves when the workflow has ended, however it ended, or is unknown. Called within an activity.
 * @throws ServiceError TEMPORAL_UNAVAILABLE; the cancellation of the activity
 */
export async function workflowEnds(workflowId: string, signal: AbortSignal): Promise<void> {
  const context = Context.current();
  const handle = context.client.workflow.getHandle(workflowId);
  try {
    await Promise.race([handle.result(), context.cancelled]);
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof WorkflowNotFoundError) return;
    // A failed or cancelled workflow has ended too; what else may have failed is the question itself.
    if ((await handle.describe()).status.name === 'RUNNING') {
      throw new ServiceError('TEMPORAL_UNAVAILABLE', `Temporal did not say how ${workflowId} ended.`);
    }
  }
}
