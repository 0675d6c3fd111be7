import type { Client } from '@temporalio/client';
import { ALERT_DELIVERY_ID, CORE_TASK_QUEUE, deliverSignal } from '../workflows/contract';

const TIMEOUT_MS = 5_000;

/** Has the delivery of alerts look at the outbox: starts it where it does not run, and tells it otherwise. */
export async function wakeDelivery(client: Client): Promise<void> {
  await client.withDeadline(Date.now() + TIMEOUT_MS, () =>
    client.workflow.signalWithStart('alertDelivery', {
      workflowId: ALERT_DELIVERY_ID,
      taskQueue: CORE_TASK_QUEUE,
      signal: deliverSignal,
      signalArgs: [],
      staticSummary: 'Alerts to Google Chat',
    }),
  );
}
