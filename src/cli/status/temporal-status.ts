import { QueryRejectedError, ScheduleNotFoundError, type ScheduleDescription } from '@temporalio/client';
import { WorkflowNotFoundError, type QueryDefinition } from '@temporalio/common';
import { formatTimeOfDay } from '../../domain/shared/learning-date';
import {
  COLLECTION_RERUNS_ID,
  CORE_TASK_QUEUE,
  INQUIRY_MONITOR_ID,
  LMS_TASK_QUEUE,
  NIGHTLY_SCHEDULE_ID,
  monitorStatusQuery,
  rerunsStatusQuery,
} from '../../workflows/contract';
import type { CliTemporal } from '../context';
import { countPollers } from '../workers';
import type { MonitorStatus, ScheduleStatus, ServiceStatus, WorkflowState } from './service-status';

/** A worker answers a query within milliseconds. Without a worker nobody answers. */
const QUERY_TIMEOUT_MS = 5_000;

export type TemporalStatus = Pick<ServiceStatus, 'monitor' | 'schedule' | 'reruns' | 'workers'>;

export async function gatherTemporalStatus(temporal: CliTemporal, now: Date): Promise<TemporalStatus> {
  const [core, lms] = await Promise.all([
    countPollers(temporal, CORE_TASK_QUEUE, 'workflows', now),
    countPollers(temporal, LMS_TASK_QUEUE, 'activities', now),
  ]);
  const [monitor, reruns, schedule] = await Promise.all([
    askMonitor(temporal, core > 0),
    askReruns(temporal, core > 0),
    describeSchedule(temporal),
  ]);
  return { monitor, reruns, schedule, workers: { core, lms } };
}

async function askMonitor(temporal: CliTemporal, workersRun: boolean): Promise<MonitorStatus> {
  const unknown = {
    lastTickStartedAt: null,
    lastTickEndedAt: null,
    nextTickAt: null,
    ticks: 0,
    skippedTicks: 0,
    cohorts: 0,
    newInquiries: 0,
    failedCohorts: 0,
    tickFailure: null,
  };
  const answer = await ask(temporal, INQUIRY_MONITOR_ID, monitorStatusQuery, workersRun);
  if (answer.status === undefined) return { state: answer.state, ...unknown };
  // The database knows the failures of every tick, the workflow those of its last one.
  const { failures: _failures, ...status } = answer.status;
  return status;
}

async function askReruns(temporal: CliTemporal, workersRun: boolean): Promise<ServiceStatus['reruns']> {
  const { state, status } = await ask(temporal, COLLECTION_RERUNS_ID, rerunsStatusQuery, workersRun);
  return { state, ...(status ?? { waiting: [], running: [], finished: [], rejected: [] }) };
}

type Answer<Status> =
  { state: 'running'; status: Status } | { state: Exclude<WorkflowState, 'running'>; status: undefined };

async function ask<Status>(
  { client, connection }: CliTemporal,
  workflowId: string,
  query: QueryDefinition<Status>,
  workersRun: boolean,
): Promise<Answer<Status>> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    if ((await handle.describe()).status.name !== 'RUNNING') return { state: 'not running', status: undefined };
    if (!workersRun) return { state: 'no worker', status: undefined };
    const status = await connection.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query(query));
    return { state: 'running', status };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { state: 'not running', status: undefined };
    if (error instanceof QueryRejectedError) throw error;
    return { state: 'no worker', status: undefined };
  }
}

async function describeSchedule({ client }: CliTemporal): Promise<ScheduleStatus> {
  let description: ScheduleDescription;
  try {
    description = await client.schedule.getHandle(NIGHTLY_SCHEDULE_ID).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return { state: 'missing', time: null, nextAt: null, note: null };
    throw error;
  }
  const { spec, state, info } = description;
  const [calendar] = spec.calendars ?? [];
  const [hour, minute] = [calendar?.hour[0]?.start, calendar?.minute[0]?.start];
  return {
    state: state.paused ? 'paused' : 'scheduled',
    time: hour === undefined || minute === undefined ? null : formatTimeOfDay({ hour, minute }),
    nextAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
    note: state.note === undefined || state.note === '' ? null : state.note,
  };
}
