import { Context } from '@temporalio/activity';

/** A quarter of the heartbeat timeout of 8 s, so that a busy event loop does not look like a dead process. */
const HEARTBEAT_INTERVAL_MS = 2000;

/**
 * Heartbeats while `work` runs, so that Temporal notices a killed process. `work` is handed the signal of the activity's
 * cancellation, which also comes when the worker stops.
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
