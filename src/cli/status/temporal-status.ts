import { queryWorkflow } from '../../temporal/query-workflow';
import { describeNightlySchedule } from '../../temporal/schedules';
import {
  COLLECTION_RERUNS_ID,
  CORE_TASK_QUEUE,
  INQUIRY_MONITOR_ID,
  LMS_TASK_QUEUE,
  monitorStatusQuery,
  progressQuery,
  rerunsStatusQuery,
} from '../../workflows/contract';
import type { CliTemporal } from '../context';
import { countPollers } from '../workers';
import type { MonitorStatus, ServiceStatus } from './service-status';

export type TemporalStatus = Pick<ServiceStatus, 'monitor' | 'schedule' | 'collections' | 'reruns' | 'workers'>;

/** Usually one night and two re-runs. */
const MAX_COLLECTIONS = 20;

export async function gatherTemporalStatus(temporal: CliTemporal, now: Date): Promise<TemporalStatus> {
  const [core, lms] = await Promise.all([
    countPollers(temporal, CORE_TASK_QUEUE, 'workflows', now),
    countPollers(temporal, LMS_TASK_QUEUE, 'activities', now),
  ]);
  const [monitor, reruns, collections, schedule] = await Promise.all([
    askMonitor(temporal, core > 0),
    askReruns(temporal, core > 0),
    askCollections(temporal, core > 0),
    describeNightlySchedule(temporal.client.schedule),
  ]);
  return { monitor, reruns, collections, schedule, workers: { core, lms } };
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

async function askCollections({ client }: CliTemporal, workersRun: boolean): Promise<ServiceStatus['collections']> {
  const query = "WorkflowType = 'nightlyCollection' AND ExecutionStatus = 'Running'";
  const workflowIds: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query, pageSize: MAX_COLLECTIONS })) {
    if (workflowIds.push(workflowId) === MAX_COLLECTIONS) break;
  }
  return Promise.all(
    workflowIds.map(async (workflowId) => {
      const { status } = await queryWorkflow(client, workflowId, progressQuery, workersRun);
      return { workflowId, progress: status ?? null };
    }),
  );
}
