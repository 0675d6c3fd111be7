import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { waitFor } from './wait-for.mjs';

/** gRPC's number for "there is one already". */
const ALREADY_EXISTS = 6;

/**
 * Makes the demo's namespace on a Temporal server that is somebody's own, and waits until the server knows it everywhere.
 * @param {Record<string, string>} variables as the SDKs' environment configuration defines them
 */
export async function prepareGivenNamespace(variables) {
  const namespace = variables.TEMPORAL_NAMESPACE ?? '';
  const { connectionOptions } = loadClientConnectConfig({ overrideEnvVars: variables });
  const connection = await Connection.connect(connectionOptions);
  try {
    await connection.workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') })
      .catch((/** @type {{ code?: number }} */ error) => {
        if (error.code !== ALREADY_EXISTS) throw error;
      });
    await waitFor(`Temporal knows the namespace ${namespace}`, 60_000, () =>
      connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 }),
    );
  } finally {
    await connection.close();
  }
}
