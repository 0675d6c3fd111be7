import type { Command } from 'commander';
import { recordServiceStarted } from '../../adapters/database/operations/service-state';
import { applyNightlySchedule } from '../../temporal/schedules';
import { applySchedulesByWorker, startCollectionReruns, startInquiryMonitor } from '../../temporal/start-workflows';
import { CORE_TASK_QUEUE, type ApplyScheduleResult } from '../../workflows/contract';
import type { CliContext, CliTemporal } from '../context';
import { countPollers } from '../workers';
import { textTable } from '../output/text';

/** `openeg start` (contract section 8). A second call starts nothing new. */
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
  // The state is recorded before the workflow starts: if this process dies in between, the watchdog finds a silent
  // monitor. A pause stays a pause. A monitor that starts anew records itself that it runs.
  await recordServiceStarted(database);
  const monitor = await startInquiryMonitor(temporal.client);
  const reruns = await startCollectionReruns(temporal.client);
  const schedule = await applySchedule(context, temporal, collectionTime);
  context.printer.line(
    textTable([
      ['Inquiry check', started(monitor)],
      ['Re-runs', started(reruns)],
      ['Nightly collection', schedule],
    ]),
  );
}

function started(isNew: boolean): string {
  return isNew ? 'started' : 'runs already';
}

/** A worker applies its own collection time. Without a worker this command applies the one that it is configured with. */
async function applySchedule(context: CliContext, temporal: CliTemporal, ownTime: string): Promise<string> {
  const byWorker = await applyByWorker(temporal, context.now());
  if (byWorker !== undefined) return describeSchedule(byWorker);
  context.printer.note(
    `No worker answers, so the Schedule got this command's OPENEG_COLLECTION_TIME, ${ownTime}; a worker brings its own when it starts.`,
  );
  const created = await applyNightlySchedule(temporal.client.schedule, ownTime);
  return describeSchedule({ created, collectionTime: ownTime });
}

async function applyByWorker(temporal: CliTemporal, now: Date): Promise<ApplyScheduleResult | undefined> {
  if ((await countPollers(temporal, CORE_TASK_QUEUE, 'workflows', now)) === 0) return undefined;
  return applySchedulesByWorker(temporal.client);
}

function describeSchedule({ created, collectionTime }: ApplyScheduleResult): string {
  return `${created ? 'scheduled' : 'is scheduled'} daily at ${collectionTime} Asia/Seoul`;
}
