import { QueryRejectedError, type Client } from '@temporalio/client';
import { WorkflowNotFoundError, type QueryDefinition } from '@temporalio/common';

/** A worker answers a query within milliseconds. Without a worker there is no answer. */
const QUERY_TIMEOUT_MS = 5_000;

/** `no worker`: the workflow runs, and no worker is there to answer a query. */
export type WorkflowState = 'running' | 'not running' | 'no worker';

export type WorkflowAnswer<Status> =
  { state: 'running'; status: Status } | { state: Exclude<WorkflowState, 'running'>; status: undefined };

/** Asks a workflow for its status. */
export async function queryWorkflow<Status>(
  client: Client,
  workflowId: string,
  query: QueryDefinition<Status>,
  hasWorkers: boolean,
): Promise<WorkflowAnswer<Status>> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    if ((await handle.describe()).status.name !== 'RUNNING') return { state: 'not running', status: undefined };
    if (!hasWorkers) return { state: 'no worker', status: undefined };
    const status = await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query(query));
    return { state: 'running', status };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { state: 'not running', status: undefined };
    if (error instanceof QueryRejectedError) throw error;
    return { state: 'no worker', status: undefined };
  }
}
