import { CancelledFailure } from '@temporalio/common';

/** Whether an activity is cancelled because its worker stops, and not because somebody wants it to end. */
export function isShutdown(reason: unknown): boolean {
  return reason instanceof CancelledFailure && reason.message === 'WORKER_SHUTDOWN';
}
