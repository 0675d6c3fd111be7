import type { ActivityInterceptorsFactory, NativeConnection, WorkerOptions } from '@temporalio/worker';

/** The options that every Temporal Worker of the service has in common. */
export function temporalWorkerOptions(
  connection: NativeConnection,
  namespace: string,
  activityInterceptors: ActivityInterceptorsFactory[],
) {
  return {
    connection,
    namespace,
    interceptors: { activity: activityInterceptors },
    // The SDK holds heartbeats back for this time at most: a killed worker is noticed by the missing ones.
    maxHeartbeatThrottleInterval: '1 s',
    defaultHeartbeatThrottleInterval: '1 s',
    // Orchestrators kill a process after 30 s. This is shorter, so that the process ends by itself.
    shutdownForceTime: '20 s',
  } satisfies Partial<WorkerOptions>;
}
