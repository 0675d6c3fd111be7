import type { Client } from '@temporalio/client';

/** Broken JSON, an unknown encoding, and no encoding. */
export const UNREADABLE_ENCODINGS = ['json/plain', 'binary/sealed', ''] as const;

/** Far more than any handler takes. */
const ARGUMENTS = 100;

/** Signals with arguments that no converter of the SDK can read; a client of another kind can do that. */
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
    input: { payloads: Array.from({ length: ARGUMENTS }, () => payload) },
  });
}
