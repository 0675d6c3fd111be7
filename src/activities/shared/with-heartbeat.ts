import { Context } from '@temporalio/activity';
import { HEARTBEAT_INTERVAL_MS } from '../../domain/shared/heartbeat';

/**
 * Heartbeats while `work` runs, so that Temporal notices a killed process. `work` takes the signal of the activity's
 * cancellation, which is also aborted when the worker stops.
 */
export async function withHeartbeat<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_INTERVAL_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
