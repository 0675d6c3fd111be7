import { DefaultLogger, Runtime, Worker, bundleWorkflowCode, type NativeConnection } from '@temporalio/worker';
import { COMPLETION_TASK_QUEUE, CORE_TASK_QUEUE, LMS_TASK_QUEUE } from '../../src/workflows/contract';

Runtime.install({ logger: new DefaultLogger('ERROR') });

let bundle: Promise<{ code: string }> | undefined;

/** Today's workflows, bundled once for a test file. */
export function workflowBundle(): Promise<{ code: string }> {
  bundle ??= bundleWorkflowCode({
    workflowsPath: require.resolve('../../src/workflows'),
    logger: new DefaultLogger('ERROR'),
  });
  return bundle;
}

/** Runs `work` while workers serve the task queues with these (fake) activities, and stops them afterwards. */
export async function withWorkflowWorkers<Result>(
  connection: NativeConnection,
  activities: { core: object; lms?: object },
  work: () => Promise<Result>,
): Promise<Result> {
  const core = await Worker.create({
    connection,
    taskQueue: CORE_TASK_QUEUE,
    workflowBundle: await workflowBundle(),
    activities: activities.core,
  });
  if (activities.lms === undefined) return core.runUntil(work());
  const lms = await Worker.create({ connection, taskQueue: LMS_TASK_QUEUE, activities: activities.lms });
  const completions = await Worker.create({ connection, taskQueue: COMPLETION_TASK_QUEUE, activities: activities.lms });
  return core.runUntil(lms.runUntil(completions.runUntil(work())));
}
