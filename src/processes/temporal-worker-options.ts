import type { WorkerOptions } from '@temporalio/worker';
import { createFailureInterceptor } from '../activities/failure-interceptor';
import { createLogKeysInterceptor } from '../activities/log-keys-interceptor';
import type { ConnectedParts } from './worker-parts';

/** What every Temporal Worker of the service has in common. */
export function temporalWorkerOptions({ connection, config, until }: ConnectedParts) {
  return {
    connection,
    namespace: config.temporal.namespace,
    interceptors: { activity: [createLogKeysInterceptor(), createFailureInterceptor(() => until.aborted)] },
    // A killed worker is noticed by the heartbeats that stay away; progress in them must not be older than a second.
    maxHeartbeatThrottleInterval: '1 s',
    defaultHeartbeatThrottleInterval: '1 s',
    // Below the 30 s after which orchestrators kill; the process then ends itself.
    shutdownForceTime: '20 s',
  } satisfies Partial<WorkerOptions>;
}
