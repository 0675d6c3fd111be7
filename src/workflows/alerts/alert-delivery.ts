import { continueAsNew, proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AlertActivities } from '../../activities/alerts/alert-activities';
import { deliverSignal } from '../contract';
import { DELIVERY_POLICY } from '../shared/activity-policies';
import { signalAsSent } from '../shared/signal-as-sent';

const { deliverAlerts } = proxyActivities<AlertActivities>(DELIVERY_POLICY);

/**
 * Sends what waits in the outbox and ends when nothing does. It is started and woken by the signal `deliver`; one that
 * comes while it is about to end makes the server refuse the ending, and it goes on.
 */
export async function alertDelivery(): Promise<void> {
  // Started because something waits, whether its signal is here already or not.
  let wanted = true;
  let sent = 0;
  setHandler(signalAsSent(deliverSignal), () => {
    wanted = true;
  });
  while (wanted) {
    wanted = false;
    const result = await deliverAlerts.executeWithOptions({ summary: 'What waits in the outbox' }, []);
    sent += result.sent;
    if (result.waiting) wanted = true;
    setCurrentDetails(`${sent} sent in this run; ${result.waiting ? 'more waits for Google Chat' : 'nothing waits'}.`);
    if (wanted && workflowInfo().continueAsNewSuggested) await continueAsNew<typeof alertDelivery>();
  }
}
