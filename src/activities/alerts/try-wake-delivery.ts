import { Context } from '@temporalio/activity';
import { loggableError } from '../../domain/shared/loggable-error';

/** Wakes the workflow `alertDelivery`. A failure is only logged: the next tick sees that messages wait and wakes it. */
export async function tryWakeDelivery(wakeDelivery: () => Promise<void>): Promise<void> {
  await wakeDelivery().catch((error: unknown) => {
    Context.current().log.warn('The delivery of alerts could not be woken', loggableError(error));
  });
}
