import type { Client } from '@temporalio/client';
import { ServiceError } from '../domain/shared/service-error';
import { completionReportId, CORE_TASK_QUEUE, type CompletionReportInput } from '../workflows/contract';

const TIMEOUT_MS = 5_000;

/**
 * Starts the report of a completion to the LMS. A report that already runs goes on.
 * @throws ServiceError TEMPORAL_UNAVAILABLE within five seconds
 */
export async function startCompletionReport(client: Client, completionId: string): Promise<void> {
  const input: CompletionReportInput = { completionId };
  try {
    await client.withDeadline(Date.now() + TIMEOUT_MS, () =>
      client.workflow.start('completionReport', {
        taskQueue: CORE_TASK_QUEUE,
        workflowId: completionReportId(completionId),
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: 'Report of a completed lecture to the LMS',
        args: [input],
      }),
    );
  } catch {
    throw new ServiceError('TEMPORAL_UNAVAILABLE', 'Temporal did not start the report of a completion.');
  }
}
