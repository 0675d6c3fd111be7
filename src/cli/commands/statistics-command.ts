import type { Command } from 'commander';
import type { LearningDate } from '../../domain/shared/learning-date';
import { sendStatisticsAgain } from '../../temporal/start-workflows';
import type { CliContext } from '../context';
import { countNoun } from '../output/text';
import { waitForWorker } from '../workers';
import { CommandFailed } from '../output/errors';
import { parseDate } from '../arguments';

/** `openeg statistics` (contract section 8). A worker sends the trigger, because the worker's configuration counts. */
export function addStatisticsCommand(program: Command, context: CliContext): void {
  program
    .command('statistics')
    .description('tells the statistics server again what is stored of a date')
    .requiredOption('--date <date>', 'the learning date', parseDate)
    .action(({ date }: { date: LearningDate }) => sendTrigger(context, date));
}

async function sendTrigger(context: CliContext, date: LearningDate): Promise<void> {
  const temporal = await context.temporal();
  await waitForWorker(context, temporal);
  const { statistics, triggers } = await sendStatisticsAgain(temporal.client, date);
  if (statistics === 'off') {
    throw new CommandFailed(
      `Nothing was told: either nothing is stored of ${date} ("openeg collect --date ${date}" stores it), or the worker has no OPENEG_STATISTICS_WEBHOOK_URL.`,
    );
  }
  for (const { cohorts, dataTypes, sent, code, message } of triggers) {
    const what = `${date}: ${countNoun(cohorts, 'cohort')}, ${dataTypes.join(', ')}`;
    context.printer.line(sent ? `${what}: told` : `${what}: not told (${code}: ${message})`);
  }
  if (statistics === 'failed') {
    throw new CommandFailed(
      'The statistics server could not be told everything: repair it, then run this command again.',
    );
  }
}
