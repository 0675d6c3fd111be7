import type { Command } from 'commander';
import { recordMonitorState, recordServiceWanted } from '../../adapters/database/operations/service-state';
import type { RerunRequest } from '../../domain/collection/collection-request';
import { endWorkflow } from '../../temporal/end-workflow';
import { queryWorkflow } from '../../temporal/query-workflow';
import { pauseSchedule, type PausedNow } from '../../temporal/schedules';
import {
  COLLECTION_RERUNS_ID,
  CORE_TASK_QUEUE,
  INQUIRY_MONITOR_ID,
  NIGHTLY_SCHEDULE_ID,
  RETENTION_SCHEDULE_ID,
  rerunsStatusQuery,
} from '../../workflows/contract';
import type { CliContext, CliTemporal } from '../context';
import { collectLine, textTable } from '../output/text';
import { countPollers } from '../workers';

/** `openeg stop` (contract section 8). Collections and messages that are under way come to their end. */
export function addStopCommand(program: Command, context: CliContext): void {
  program
    .command('stop')
    .description('ends the inquiry check and the re-runs, and pauses the Schedules')
    .action(() => stop(context));
}

async function stop(context: CliContext): Promise<void> {
  const database = context.database();
  const temporal = await context.temporal();
  const { client } = temporal;
  const waiting = await listWaitingReruns(context, temporal);
  // Before the Schedule is paused, so that `openeg start` finds every night that it misses.
  await recordServiceWanted(database, false);
  const nightly = await pauseSchedule(client.schedule, NIGHTLY_SCHEDULE_ID);
  const retention = await pauseSchedule(client.schedule, RETENTION_SCHEDULE_ID);
  const [monitor, reruns] = await Promise.all([end(temporal, INQUIRY_MONITOR_ID), end(temporal, COLLECTION_RERUNS_ID)]);
  // The state is recorded last, because the monitor's last tick records that it runs.
  await recordMonitorState(database, 'stopped');
  context.printer.line(
    textTable([
      ['Inquiry check', monitor],
      ['Re-runs', reruns],
      ['Nightly collection', SCHEDULE_WORDS[nightly]],
      ['Erasing old data', SCHEDULE_WORDS[retention]],
    ]),
  );
  if (waiting.length > 0)
    context.printer.line('Re-runs that waited, and that these lines ask for again after "openeg start":');
  for (const request of waiting) context.printer.line(`  ${collectLine(request)}`);
  context.printer.note('What is collected or sent at this moment comes to its end.');
}

const SCHEDULE_WORDS: Record<PausedNow, string> = {
  paused: 'paused',
  'was paused': 'was paused already',
  missing: 'was not scheduled',
};

async function end({ client }: CliTemporal, workflowId: string): Promise<string> {
  return (await endWorkflow(client, workflowId)) ? 'ended' : 'did not run';
}

async function listWaitingReruns({ printer, now }: CliContext, temporal: CliTemporal): Promise<RerunRequest[]> {
  const hasWorkers = (await countPollers(temporal, CORE_TASK_QUEUE, 'workflows', now())) > 0;
  const { state, status } = await queryWorkflow(temporal.client, COLLECTION_RERUNS_ID, rerunsStatusQuery, hasWorkers);
  if (state === 'no worker')
    printer.note('No worker answers, so re-runs that wait can not be listed. They are dropped.');
  return status?.waiting ?? [];
}
