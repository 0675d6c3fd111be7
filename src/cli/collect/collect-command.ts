import type { Command } from 'commander';
import { futureDateIssue, rerunRequestSchema, type RerunRequest } from '../../domain/collection/collection-request';
import { DATA_TYPES, type DataType } from '../../domain/collection/data-type';
import { failuresByReason } from '../../domain/collection/failures-by-reason';
import type { LearningDate } from '../../domain/shared/learning-date';
import { requestRerun } from '../../temporal/start-workflows';
import type { NightlyCollectionResult } from '../../workflows/contract';
import type { CliContext } from '../context';
import { createCollectionDisplay } from './collection-display';
import { countNoun } from '../output/text';
import { waitForWorker } from '../workers';
import { CommandFailed, UsageError } from '../output/errors';
import { datesOf, followCollection } from './follow-collection';
import { appendCohort, appendDataType, parseDate } from '../arguments';

interface CollectOptions {
  date: LearningDate;
  to?: LearningDate;
  cohort?: string[];
  type?: DataType[];
  wait: boolean;
}

/** `openeg collect` (contract section 8): collects a date, or each date of a range, again. */
export function addCollectCommand(program: Command, context: CliContext): void {
  program
    .command('collect')
    .description('collects a date, or a range of dates, again and waits until it is stored')
    .requiredOption('--date <date>', 'the learning date, or the first one', parseDate)
    .option('--to <date>', 'the last date of a range', parseDate)
    .option('--cohort <skId...>', 'only these cohorts', appendCohort)
    .option('--type <type...>', `only these data types: ${DATA_TYPES.join(', ')}`, appendDataType)
    .option('--no-wait', 'ends as soon as a worker has taken the request')
    .action((options: CollectOptions) => collect(context, options));
}

async function collect(context: CliContext, options: CollectOptions): Promise<void> {
  const request = readRequest(options, context.now());
  const { printer } = context;
  const temporal = await context.temporal();
  await waitForWorker(context, temporal);
  const { runs } = await requestRerun(temporal.client, request);
  if (!options.wait) {
    for (const run of runs) printer.line(`${datesOf(run)}  ${run.workflowId}`);
    return;
  }

  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  const display = createCollectionDisplay(printer);
  const failures: string[] = [];
  let isComplete = true;
  try {
    for (const run of runs) {
      const result = await followCollection(temporal, run, display, interrupted.signal);
      if (result !== undefined) display.update(datesOf(run), result);
      display.end();
      if (interrupted.signal.aborted) {
        throw new CommandFailed('This command ended, and the collection goes on: "openeg status" shows its result.');
      }
      if (result === undefined) failures.push(`${datesOf(run)}: ended by hand`);
      else failures.push(...printResult(context, result));
      isComplete &&= result?.failed === 0;
    }
  } finally {
    display.end();
    process.off('SIGINT', interrupt);
  }
  if (!isComplete) {
    for (const failure of failures) printer.note(`  ${failure}`);
    throw new CommandFailed(
      'Not everything was stored: remove the reasons that are named above, then collect it again.',
    );
  }
}

function readRequest({ date, to, cohort, type }: CollectOptions, now: Date): RerunRequest {
  const request = rerunRequestSchema.safeParse({ date, to, skIds: cohort, dataTypes: type });
  if (!request.success) {
    throw new UsageError(request.error.issues.map(({ path, message }) => `--${path.join('.')} ${message}`).join('; '));
  }
  const future = futureDateIssue(request.data, now);
  if (future !== undefined) throw new UsageError(`--${future}`);
  return request.data;
}

/** Prints a line for each date, and returns the failures. */
function printResult({ printer }: CliContext, result: NightlyCollectionResult): string[] {
  const { dates, cohortsTotal, stored, failed, failures, statistics } = result;
  const told = {
    off: '',
    pending: '',
    sent: '; statistics server told',
    failed: '; the statistics server could not be told',
  }[statistics];
  const cohorts = countNoun(cohortsTotal / dates.length, 'cohort');
  for (const of of dates) {
    const counts = `${countNoun(of.stored, 'dataset')} stored, ${of.failed} failed, ${countNoun(of.rows, 'row')}`;
    printer.line(`${of.date}: ${cohorts}, ${counts}${told}`);
  }
  if (stored + failed === 0 && cohortsTotal > 0) {
    printer.note("Nothing was collected: the worker's OPENEG_VOD_LOG_ENABLED turns off what was asked for.");
  }
  if (statistics === 'failed') {
    printer.note('Once the statistics server is back:');
    for (const { date } of dates) printer.note(`  openeg statistics --date ${date}`);
  }
  return failuresByReason(failures).map(
    ({ date, skId, dataTypes, code, message }) => `${date} ${skId} ${dataTypes.join(', ')}  ${code}: ${message}`,
  );
}
