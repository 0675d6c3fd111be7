import { ScheduleNotFoundError, WorkflowFailedError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { Command } from 'commander';
import { recordMonitorState } from '../../adapters/database/operations/service-state';
import {
  COLLECTION_RERUNS_ID,
  INQUIRY_MONITOR_ID,
  NIGHTLY_SCHEDULE_ID,
  RETENTION_SCHEDULE_ID,
} from '../../workflows/contract';
import type { CliContext, CliTemporal } from '../context';
import { textTable } from '../output/text';

/** A worker lets a workflow end in order within a second or two; without one it is ended from outside. */
const ORDERLY_END_MS = 10_000;

/** `openeg stop`: the service does nothing by itself any more. What runs at that moment comes to its end. */
export function addStopCommand(program: Command, context: CliContext): void {
  program
    .command('stop')
    .description('ends the inquiry check, the re-runs and the nightly Schedule')
    .action(() => stop(context));
}

async function stop(context: CliContext): Promise<void> {
  const database = context.database();
  const temporal = await context.temporal();
  const schedule = await deleteSchedule(temporal, NIGHTLY_SCHEDULE_ID);
  const retention = await deleteSchedule(temporal, RETENTION_SCHEDULE_ID);
  const [monitor, reruns] = await Promise.all([
    endWorkflow(temporal, INQUIRY_MONITOR_ID),
    endWorkflow(temporal, COLLECTION_RERUNS_ID),
  ]);
  // Afterwards, for the monitor's last tick records that it runs.
  await recordMonitorState(database, 'stopped');
  context.printer.line(
    textTable([
      ['Inquiry check', monitor],
      ['Re-runs', reruns],
      ['Nightly collection', schedule],
      ['Erasing old data', retention],
    ]),
  );
  context.printer.note('What is collected or sent at this moment comes to its end.');
}

async function endWorkflow({ client, connection }: CliTemporal, workflowId: string): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    if ((await handle.describe()).status.name !== 'RUNNING') return 'did not run';
    await handle.cancel();
    await connection.withDeadline(Date.now() + ORDERLY_END_MS, () => handle.result());
    return 'ended';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'did not run';
    if (error instanceof WorkflowFailedError) return 'ended';
  }
  try {
    await handle.terminate('openeg stop');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  return 'ended';
}

async function deleteSchedule({ client }: CliTemporal, scheduleId: string): Promise<string> {
  try {
    await client.schedule.getHandle(scheduleId).delete();
    return 'scheduled no more';
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return 'was not scheduled';
    throw error;
  }
}
