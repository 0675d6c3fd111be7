import { continueAsNew, proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AlertActivities } from '../../activities/alerts/alert-activities';
import { deliverSignal } from '../contract';
import { DELIVERY_POLICY } from '../shared/activity-policies';
import { signalAsSent } from '../shared/signal-as-sent';

const { deliverAlerts } = proxyActivities<AlertActivities>(DELIVERY_POLICY);

/**
 * Sends the messages that wait in the outbox and ends when none is left. The signal `deliver` starts and wakes it. A signal
 * that arrives while it ends makes the server refuse the ending, and it goes on (decision 0005).
 */
export async function alertDelivery(): Promise<void> {
  // It is started because messages wait; the signal may arrive a moment later.
  let isRequested = true;
  let sent = 0;
  setHandler(signalAsSent(deliverSignal), () => {
    isRequested = true;
  });
  while (isRequested) {
    isRequested = false;
    const result = await deliverAlerts.executeWithOptions({ summary: 'What waits in the outbox' }, []);
    sent += result.sent;
    if (result.waiting) isRequested = true;
    setCurrentDetails(`${sent} sent in this run; ${result.waiting ? 'more waits for Google Chat' : 'nothing waits'}.`);
    if (isRequested && workflowInfo().continueAsNewSuggested) await continueAsNew<typeof alertDelivery>();
  }
}
