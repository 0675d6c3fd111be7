import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import { createFailureInterceptor } from '../activities/shared/failure-interceptor';
import { createLogKeysInterceptor } from '../activities/shared/log-keys-interceptor';

interface WorkerSurroundings {
  connection: NativeConnection;
  config: { temporal: { namespace: string } };
  /** Aborted when the process is told to stop. */
  until: AbortSignal;
}

/** What every Temporal Worker of the service has in common. */
export function temporalWorkerOptions({ connection, config, until }: WorkerSurroundings) {
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
