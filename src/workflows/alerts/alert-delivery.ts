import { continueAsNew, proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AlertActivities } from '../../activities/alerts/alert-activities';
import { CORE_TASK_QUEUE, deliverSignal } from '../contract';
import { signalAsSent } from '../shared/signal-as-sent';

/** The activity ends by itself after ten minutes; a database that is away is waited for. */
const { deliverAlerts } = proxyActivities<AlertActivities>({
  taskQueue: CORE_TASK_QUEUE,
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '8 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});

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
