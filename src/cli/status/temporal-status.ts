import { queryWorkflow } from '../../temporal/query-workflow';
import { describeNightlySchedule } from '../../temporal/schedules';
import {
  COLLECTION_RERUNS_ID,
  CORE_TASK_QUEUE,
  INQUIRY_MONITOR_ID,
  LMS_TASK_QUEUE,
  monitorStatusQuery,
  rerunsStatusQuery,
} from '../../workflows/contract';
import type { CliTemporal } from '../context';
import { countPollers } from '../workers';
import type { MonitorStatus, ServiceStatus } from './service-status';

export type TemporalStatus = Pick<ServiceStatus, 'monitor' | 'schedule' | 'reruns' | 'workers'>;

export async function gatherTemporalStatus(temporal: CliTemporal, now: Date): Promise<TemporalStatus> {
  const [core, lms] = await Promise.all([
    countPollers(temporal, CORE_TASK_QUEUE, 'workflows', now),
    countPollers(temporal, LMS_TASK_QUEUE, 'activities', now),
  ]);
  const [monitor, reruns, schedule] = await Promise.all([
    askMonitor(temporal, core > 0),
    askReruns(temporal, core > 0),
    describeNightlySchedule(temporal.client.schedule),
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
  const answer = await queryWorkflow(temporal.client, INQUIRY_MONITOR_ID, monitorStatusQuery, workersRun);
  if (answer.status === undefined) return { state: answer.state, ...unknown };
  // The database knows the failures of every tick, the workflow those of its last one.
  const { failures: _failures, ...status } = answer.status;
  return status;
}

async function askReruns(temporal: CliTemporal, workersRun: boolean): Promise<ServiceStatus['reruns']> {
  const { state, status } = await queryWorkflow(temporal.client, COLLECTION_RERUNS_ID, rerunsStatusQuery, workersRun);
  return { state, ...(status ?? { waiting: [], running: [], finished: [], rejected: [] }) };
}
