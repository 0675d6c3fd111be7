import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Command } from 'commander';
import { readServiceState, recordMonitorState } from '../../adapters/database/operations/service-state';
import {
  APPLY_SCHEDULE_ID,
  COLLECTION_RERUNS_ID,
  CORE_TASK_QUEUE,
  INQUIRY_MONITOR_ID,
  NIGHTLY_SCHEDULE_ID,
  type ApplyScheduleResult,
} from '../../workflows/contract';
import type { CliContext, CliTemporal } from '../context';
import { countPollers } from '../workers';
import { textTable } from '../output/text';

/** A worker that is there answers within a second; one that was killed a moment ago never does. */
const WORKER_ANSWERS_MS = 15_000;

/** `openeg start`: what the service does by itself from now on. Twice does nothing new. */
export function addStartCommand(program: Command, context: CliContext): void {
  program
    .command('start')
    .description('starts the inquiry check, the re-runs and the nightly Schedule')
    .action(() => start(context));
}

async function start(context: CliContext): Promise<void> {
  const collectionTime = context.collectionTime();
  const database = context.database();
  const temporal = await context.temporal();
  // Before the workflow: should this process die in between, the silence watch says that nothing is checked. A pause
  // stays one, and a monitor that begins anew says itself that it runs.
  if ((await readServiceState(database)).monitor?.state !== 'paused') await recordMonitorState(database, 'running');
  const monitor = await startWorkflow(temporal, {
    type: 'inquiryMonitor',
    workflowId: INQUIRY_MONITOR_ID,
    summary: 'Asks the LMS for new inquiries',
    details: 'Each tick checks every active cohort. Signals: `pause`, `resume`, `checkNow`. Query: `status`.',
  });
  const reruns = await startWorkflow(temporal, {
    type: 'collectionReruns',
    workflowId: COLLECTION_RERUNS_ID,
    summary: 'Collects dates again',
    details: 'Signal `rerunDate` or update `rerun` with `{"date":"2025-01-20"}`. Query: `status`.',
  });
  const schedule = await applySchedule(context, temporal, collectionTime);
  context.printer.line(
    textTable([
      ['Inquiry check', monitor],
      ['Re-runs', reruns],
      ['Nightly collection', schedule],
    ]),
  );
}

interface LongLivedWorkflow {
  type: string;
  workflowId: string;
  summary: string;
  details: string;
}

/** The conflict is left to fail, for that tells a new run from one that was there. */
async function startWorkflow({ client }: CliTemporal, workflow: LongLivedWorkflow): Promise<string> {
  try {
    await client.workflow.start(workflow.type, {
      workflowId: workflow.workflowId,
      taskQueue: CORE_TASK_QUEUE,
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: workflow.summary,
      staticDetails: workflow.details,
    });
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'runs already';
    throw error;
  }
}

/** By a worker, whose collection time counts; by this command's own when none is there. */
async function applySchedule(context: CliContext, temporal: CliTemporal, ownTime: string): Promise<string> {
  const byWorker = await applyByWorker(temporal, context.now());
  if (byWorker !== undefined) return describeSchedule(byWorker);
  context.printer.note(
    `No worker answers, so the Schedule got this command's OPENEG_COLLECTION_TIME, ${ownTime}; a worker brings its own when it starts.`,
  );
  const created = await context.applyNightlySchedule(temporal.client.schedule, ownTime);
  return describeSchedule({ created, collectionTime: ownTime });
}

async function applyByWorker(temporal: CliTemporal, now: Date): Promise<ApplyScheduleResult | undefined> {
  if ((await countPollers(temporal, CORE_TASK_QUEUE, 'workflows', now)) === 0) return undefined;
  const handle = await temporal.client.workflow.start('applySchedule', {
    workflowId: APPLY_SCHEDULE_ID,
    taskQueue: CORE_TASK_QUEUE,
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    workflowExecutionTimeout: WORKER_ANSWERS_MS,
    staticSummary: `Schedule ${NIGHTLY_SCHEDULE_ID}`,
  });
  try {
    return (await handle.result()) as ApplyScheduleResult;
  } catch {
    return undefined;
  }
}

function describeSchedule({ created, collectionTime }: ApplyScheduleResult): string {
  return `${created ? 'scheduled' : 'is scheduled'} daily at ${collectionTime} Asia/Seoul`;
}
