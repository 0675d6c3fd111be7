import { withHeartbeat } from '../shared/with-heartbeat';
import { deliverOutbox, type DeliverOutboxDependencies, type DeliverOutboxResult } from './deliver-outbox';

/** Activities of the workflow `alertDelivery`. */
export function createAlertActivities(dependencies: DeliverOutboxDependencies) {
  return {
    /**
     * Delivers the messages of the outbox until none waits or ten minutes are over.
     * @throws ServiceError DATABASE_UNAVAILABLE
     */
    deliverAlerts(): Promise<DeliverOutboxResult> {
      return withHeartbeat((signal) => deliverOutbox(dependencies, signal));
    },
  };
}

export type AlertActivities = ReturnType<typeof createAlertActivities>;
