import {
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type WorkflowHandle,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import type { RerunRequest } from '../domain/collection/collection-request';
import type { LearningDate } from '../domain/shared/learning-date';
import { ServiceError } from '../domain/shared/service-error';
import type * as workflows from '../workflows';
import {
  ALERT_DELIVERY_ID,
  APPLY_SCHEDULE_ID,
  CHECK_LMS_ID,
  COLLECTION_RERUNS_ID,
  CORE_TASK_QUEUE,
  INQUIRY_MONITOR_ID,
  NIGHTLY_SCHEDULE_ID,
  completionReportId,
  deliverSignal,
  rerunUpdate,
  statisticsTriggerId,
  type ApplyScheduleResult,
  type CheckLmsResult,
  type RerunTicket,
  type StatisticsTriggerResult,
} from '../workflows/contract';
import { noWorker } from './temporal-error';

/*
 * The one file that starts and signals workflows from outside. It imports the types of the workflow functions only, so that
 * no process loads workflow code.
 */
type Workflows = typeof workflows;

/** A tick or a save must not wait long for a Temporal that is away. */
const CALL_TIMEOUT_MS = 5_000;
/** A live worker answers within a second. A worker that was killed a moment ago counts as live, and never answers. */
const SCHEDULE_TIMEOUT_MS = 15_000;
/** Longer than the activity's own limit of a minute and the time that a standby needs to take over. */
const LMS_CHECK_TIMEOUT_MS = 120_000;
const RERUN_TIMEOUT_MS = 60_000;

/** @returns false when it already runs */
export function startInquiryMonitor(client: Client): Promise<boolean> {
  return isNew(
    start(client, 'inquiryMonitor', {
      workflowId: INQUIRY_MONITOR_ID,
      taskQueue: CORE_TASK_QUEUE,
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: 'Asks the LMS for new inquiries',
      staticDetails: 'Each tick checks every active cohort. Signals: `pause`, `resume`, `checkNow`. Query: `status`.',
    }),
  );
}

/** @returns false when it already runs */
export function startCollectionReruns(client: Client): Promise<boolean> {
  return isNew(
    start(client, 'collectionReruns', {
      workflowId: COLLECTION_RERUNS_ID,
      taskQueue: CORE_TASK_QUEUE,
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: 'Collects dates again',
      staticDetails: 'Signal `rerunDate` or update `rerun` with `{"date":"2025-01-20"}`. Query: `status`.',
    }),
  );
}

/**
 * Asks for a re-run. Starts `collectionReruns` where it does not run, so that a date can be collected before `openeg start`.
 * @throws ServiceError INPUT_INVALID; TEMPORAL_UNAVAILABLE when no worker takes the request within a minute
 */
export async function requestRerun(client: Client, request: RerunRequest): Promise<RerunTicket> {
  const startWorkflowOperation = new WithStartWorkflowOperation<Workflows['collectionReruns']>('collectionReruns', {
    workflowId: COLLECTION_RERUNS_ID,
    taskQueue: CORE_TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Collects dates again',
  });
  try {
    return await client.withDeadline(Date.now() + RERUN_TIMEOUT_MS, () =>
      client.workflow.executeUpdateWithStart(rerunUpdate, {
        startWorkflowOperation,
        args: [request],
        updateId: randomUUID(),
      }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw noWorker();
    if (error instanceof WorkflowUpdateFailedError) {
      throw new ServiceError('INPUT_INVALID', error.cause?.message ?? 'The request was refused.');
    }
    throw error;
  }
}

/** Sends the statistics trigger for a date again and waits for the outcome. */
export async function sendStatisticsAgain(client: Client, date: LearningDate): Promise<StatisticsTriggerResult> {
  const handle = await start(client, 'statisticsTrigger', {
    workflowId: statisticsTriggerId(date),
    taskQueue: CORE_TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ date }],
    staticSummary: `Statistics of ${date} again`,
  });
  return handle.result();
}

/**
 * Has a worker apply its Schedules, because a worker's configuration counts over the command line's.
 * @returns undefined when no worker did it within 15 seconds
 */
export async function applySchedulesByWorker(client: Client): Promise<ApplyScheduleResult | undefined> {
  const handle = await start(client, 'applySchedule', {
    workflowId: APPLY_SCHEDULE_ID,
    taskQueue: CORE_TASK_QUEUE,
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    workflowExecutionTimeout: SCHEDULE_TIMEOUT_MS,
    staticSummary: `Schedule ${NIGHTLY_SCHEDULE_ID}`,
  });
  return handle.result().catch(() => undefined);
}

/**
 * Has the worker that may talk to the LMS ask it one thing for each active cohort.
 * @returns `cohorts` is null when no worker did it within two minutes
 */
export async function checkLmsByWorker(client: Client): Promise<CheckLmsResult> {
  const handle = await start(client, 'checkLms', {
    workflowId: CHECK_LMS_ID,
    taskQueue: CORE_TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowExecutionTimeout: LMS_CHECK_TIMEOUT_MS,
    staticSummary: 'openeg doctor asks the LMS',
  });
  return handle.result().catch(() => ({ cohorts: null }));
}

/**
 * Starts the report of a completion to the LMS. A report that runs already is the same report.
 * @throws ServiceError TEMPORAL_UNAVAILABLE after five seconds at most
 */
export async function startCompletionReport(client: Client, completionId: string): Promise<void> {
  try {
    await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
      start(client, 'completionReport', {
        workflowId: completionReportId(completionId),
        taskQueue: CORE_TASK_QUEUE,
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: 'Report of a completed lecture to the LMS',
        args: [{ completionId }],
      }),
    );
  } catch {
    throw new ServiceError('TEMPORAL_UNAVAILABLE', 'Temporal did not start the report of a completion.');
  }
}

/** Wakes `alertDelivery`, which sends the outbox's messages, or starts it where it does not run. */
export async function wakeDelivery(client: Client): Promise<void> {
  await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
    client.workflow.signalWithStart<Workflows['alertDelivery']>('alertDelivery', {
      workflowId: ALERT_DELIVERY_ID,
      taskQueue: CORE_TASK_QUEUE,
      signal: deliverSignal,
      signalArgs: [],
      staticSummary: 'Alerts to Google Chat',
    }),
  );
}

/** Starts a workflow by its type's name, with the types of its function. */
function start<Type extends keyof Workflows>(
  client: Client,
  type: Type,
  options: WorkflowStartOptions<Workflows[Type]>,
): Promise<WorkflowHandle<Workflows[Type]>> {
  return client.workflow.start<Workflows[Type]>(type, options);
}

async function isNew(starting: Promise<unknown>): Promise<boolean> {
  try {
    await starting;
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
