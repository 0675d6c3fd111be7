import type { Command } from 'commander';
import { databaseTime, type Database } from '../../adapters/database/core/database';
import {
  readServiceState,
  recordMonitorStarted,
  recordScheduleState,
  recordServiceWanted,
} from '../../adapters/database/operations/service-state';
import { nightsBetween, type Night } from '../../domain/operations/night';
import { applyNightlySchedule, collectMissedNights, resumeSchedules } from '../../temporal/schedules';
import { applySchedulesByWorker, startCollectionReruns, startInquiryMonitor } from '../../temporal/start-workflows';
import { CORE_TASK_QUEUE, type ApplyScheduleResult } from '../../workflows/contract';
import type { CliContext, CliTemporal } from '../context';
import { countPollers } from '../workers';
import type { Printer } from '../output/printer';
import { collectLine, textTable } from '../output/text';

/** Of the nights that were missed since `openeg stop` so many are collected (contract section 8). */
const MAX_MISSED = 7;

/** `openeg start` (contract section 8). A second call starts nothing new. */
export function addStartCommand(program: Command, context: CliContext): void {
  program
    .command('start')
    .description('starts the inquiry check, the re-runs and the nightly Schedule')
    .action(() => start(context));
}

async function start(context: CliContext): Promise<void> {
  const ownTime = context.collectionTime();
  const database = context.database();
  const temporal = await context.temporal();
  const { wanted } = await readServiceState(database);
  // The state is recorded before the workflow starts: if this process dies in between, the watchdog finds a silent
  // monitor. A monitor that starts anew records itself that it runs.
  await recordMonitorStarted(database);
  const monitor = await startInquiryMonitor(temporal.client);
  const reruns = await startCollectionReruns(temporal.client);
  const schedules = temporal.client.schedule;
  const { created, collectionTime } = await applySchedule(context, temporal, ownTime);
  const isNew = (await resumeSchedules(schedules)) || created;
  const missed = wanted?.wanted === false ? await listMissedNights(database, wanted.ageSeconds, collectionTime) : [];
  await collectMissedNights(schedules, missed.slice(-MAX_MISSED));
  // At the end: if this process dies before, the next `openeg start` collects the missed nights again.
  await recordScheduleState(database, 'scheduled');
  await recordServiceWanted(database, true);
  context.printer.line(
    textTable([
      ['Inquiry check', started(monitor)],
      ['Re-runs', started(reruns)],
      ['Nightly collection', `${isNew ? 'scheduled' : 'is scheduled'} daily at ${collectionTime} Asia/Seoul`],
    ]),
  );
  printMissedNights(missed, context.printer);
}

async function listMissedNights(database: Database, stoppedSeconds: number, collectionTime: string): Promise<Night[]> {
  const now = await databaseTime(database);
  return nightsBetween(new Date(now.getTime() - stoppedSeconds * 1000), now, collectionTime);
}

function printMissedNights(missed: readonly Night[], printer: Printer): void {
  const collected = missed.slice(-MAX_MISSED).map(({ date }) => date);
  if (collected.length > 0)
    printer.line(`Missed since "openeg stop" and collected now, in order: ${collected.join(', ')}`);
  const older = missed.slice(0, -MAX_MISSED).map(({ date }) => date);
  const [from, to] = [older[0], older.at(-1)];
  if (from === undefined) return;
  printer.line('Missed too, and not collected by itself:');
  printer.line(`  ${collectLine({ date: from, to: to === from ? undefined : to })}`);
}

function started(isNew: boolean): string {
  return isNew ? 'started' : 'runs already';
}

/** A worker applies its own collection time. Without a worker this command applies the one that it is configured with. */
async function applySchedule(
  context: CliContext,
  temporal: CliTemporal,
  ownTime: string,
): Promise<ApplyScheduleResult> {
  const hasWorkers = (await countPollers(temporal, CORE_TASK_QUEUE, 'workflows', context.now())) > 0;
  const byWorker = hasWorkers ? await applySchedulesByWorker(temporal.client) : undefined;
  if (byWorker !== undefined) return byWorker;
  context.printer.note(
    `No worker answers, so the Schedule got this command's OPENEG_COLLECTION_TIME, ${ownTime}; a worker brings its own when it starts.`,
  );
  return { created: await applyNightlySchedule(temporal.client.schedule, ownTime), collectionTime: ownTime };
}
