import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { waitUntil } from '../wait-until';

/** gRPC's status code. */
const ALREADY_EXISTS = 6;

/**
 * Makes the demo's namespace on somebody's Temporal server, and waits until all parts of the server know it.
 * @param variables of the SDKs' environment configuration
 */
export async function prepareGivenNamespace(variables: Record<string, string>): Promise<void> {
  const namespace = variables.TEMPORAL_NAMESPACE ?? '';
  const { connectionOptions } = loadClientConnectConfig({ overrideEnvVars: variables });
  const connection = await Connection.connect(connectionOptions);
  try {
    await connection.workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') })
      .catch((error: { code?: number }) => {
        if (error.code !== ALREADY_EXISTS) throw error;
      });
    await waitUntil(() => connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 }), {
      deadlineMs: 60_000,
      what: `Temporal knows the namespace ${namespace}`,
    });
  } finally {
    await connection.close();
  }
}
