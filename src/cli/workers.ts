import { pause } from '../adapters/shared/pause';
import { noWorker } from '../temporal/temporal-error';
import { CORE_TASK_QUEUE } from '../workflows/contract';
import type { CliContext, CliTemporal } from './context';

/** A worker polls at least once a minute, which is how long Temporal's poll lasts. The server remembers it for longer. */
const ALIVE_WITHIN_MS = 75_000;
/** Long enough for a worker that is being started or replaced. */
const WORKER_COMES_MS = 20_000;
const POLL_MS = 500;
const WORKFLOW_TASKS = 1;
const ACTIVITY_TASKS = 2;

export type TaskKind = 'workflows' | 'activities';

/** Counts the workers that polled the queue lately. A worker that died is counted for up to a minute more. */
export async function countPollers(
  { connection, namespace }: CliTemporal,
  taskQueue: string,
  kind: TaskKind,
  now: Date,
): Promise<number> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: kind === 'workflows' ? WORKFLOW_TASKS : ACTIVITY_TASKS,
  });
  const alive = pollers.filter(({ lastAccessTime }) => {
    const seconds = Number(lastAccessTime?.seconds ?? 0);
    return now.getTime() - seconds * 1000 < ALIVE_WITHIN_MS;
  });
  return new Set(alive.map(({ identity }) => identity)).size;
}

/** @throws ServiceError TEMPORAL_UNAVAILABLE when no worker runs workflows within 20 s */
export async function waitForWorker({ printer, now }: CliContext, temporal: CliTemporal): Promise<void> {
  const givesUpAt = performance.now() + WORKER_COMES_MS;
  for (let isNoted = false; (await countPollers(temporal, CORE_TASK_QUEUE, 'workflows', now())) === 0; isNoted = true) {
    if (performance.now() > givesUpAt) throw noWorker();
    if (!isNoted) printer.note('No worker takes tasks yet; waiting for one.');
    await pause(POLL_MS, []);
  }
}
