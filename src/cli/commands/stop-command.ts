import type { Command } from 'commander';
import { recordServiceStopped } from '../../adapters/database/operations/service-state';
import { endWorkflow } from '../../temporal/end-workflow';
import { deleteSchedule } from '../../temporal/schedules';
import {
  COLLECTION_RERUNS_ID,
  INQUIRY_MONITOR_ID,
  NIGHTLY_SCHEDULE_ID,
  RETENTION_SCHEDULE_ID,
} from '../../workflows/contract';
import type { CliContext, CliTemporal } from '../context';
import { textTable } from '../output/text';

/** `openeg stop` (contract section 8). Collections and messages that are under way come to their end. */
export function addStopCommand(program: Command, context: CliContext): void {
  program
    .command('stop')
    .description('ends the inquiry check, the re-runs and the nightly Schedule')
    .action(() => stop(context));
}

async function stop(context: CliContext): Promise<void> {
  const database = context.database();
  const temporal = await context.temporal();
  const schedule = await unschedule(temporal, NIGHTLY_SCHEDULE_ID);
  const retention = await unschedule(temporal, RETENTION_SCHEDULE_ID);
  const [monitor, reruns] = await Promise.all([end(temporal, INQUIRY_MONITOR_ID), end(temporal, COLLECTION_RERUNS_ID)]);
  // The state is recorded last, because the monitor's last tick records that it runs.
  await recordServiceStopped(database);
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

async function end({ client }: CliTemporal, workflowId: string): Promise<string> {
  return (await endWorkflow(client, workflowId)) ? 'ended' : 'did not run';
}

async function unschedule({ client }: CliTemporal, scheduleId: string): Promise<string> {
  return (await deleteSchedule(client.schedule, scheduleId)) ? 'scheduled no more' : 'was not scheduled';
}
