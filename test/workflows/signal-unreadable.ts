import type { Client } from '@temporalio/client';

/** JSON that is broken, an encoding that nobody knows, and none at all. */
export const UNREADABLE_ENCODINGS = ['json/plain', 'binary/sealed', ''] as const;

/** Signals with an argument that no converter of the SDK can read, as a client of another kind may send one. */
export async function signalUnreadable(
  client: Client,
  workflowId: string,
  signalName: string,
  encoding: (typeof UNREADABLE_ENCODINGS)[number],
): Promise<void> {
  const payload = { metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from('{"date": hunter2') };
  await client.workflowService.signalWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
    signalName,
    input: { payloads: [payload, payload] },
  });
}
