import { WorkflowFailedError, type Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';

/** With a live worker a cancelled workflow ends within a second or two. Without one it must be terminated. */
const CANCELLATION_TIMEOUT_MS = 10_000;

/**
 * Cancels a workflow, and terminates it if it has not ended after ten seconds.
 * @returns false when it did not run
 */
export async function endWorkflow(client: Client, workflowId: string): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    if ((await handle.describe()).status.name !== 'RUNNING') return false;
    await handle.cancel();
    await client.withDeadline(Date.now() + CANCELLATION_TIMEOUT_MS, () => handle.result());
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    if (error instanceof WorkflowFailedError) return true;
  }
  try {
    await handle.terminate('openeg stop');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  return true;
}
