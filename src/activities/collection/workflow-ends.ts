import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { ServiceError } from '../../domain/shared/service-error';

/**
 * Resolves when the workflow has ended in any way, or is unknown. Must be called in an activity.
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
    // A failed or cancelled workflow has ended too. If it still runs, the question itself has failed.
    if ((await handle.describe()).status.name === 'RUNNING') {
      throw new ServiceError('TEMPORAL_UNAVAILABLE', `Temporal did not say how ${workflowId} ended.`);
    }
  }
}
