import { InvalidArgumentError, Option, type Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { backtest, type Backtest, type RiskTarget } from '../../domain/risk/backtest';
import type { Figures } from '../../domain/risk/figures';
import { ServiceError } from '../../domain/shared/service-error';
import type { CliContext } from '../context';
import { textTable } from '../output/text';
import { readEndedCohorts } from './read-ended-cohorts';

interface BacktestCommandOptions {
  train: string[];
  test: string;
  day: number;
  horizon: number;
  target: RiskTarget;
  seed: number;
  scores?: string;
}

/** `openeg risk backtest` (contract section 11): how well the risk of leaving is told from files whose ends are known. */
export function addBacktestCommand(risk: Command, context: CliContext): void {
  risk
    .command('backtest')
    .description('trains on some folders of learners whose ends are known, and tests on another one')
    .requiredOption('--train <folders...>', 'folders to learn from, the oldest first')
    .requiredOption('--test <folder>', 'the folder to score')
    .requiredOption('--day <day>', 'learners are scored as of the beginning of this day of their cohort', parseDay)
    .option('--horizon <days>', 'with the target left: how far ahead', parsePositive, 28)
    .addOption(
      new Option('--target <target>', 'left: leaves within the horizon; unsuccessful: does not pass')
        .choices(['left', 'unsuccessful'])
        .default('left'),
    )
    .option('--seed <number>', 'the same seed gives the same numbers', parseDay, 1)
    .option('--scores <file>', 'writes cohort,student,probability of each scored learner')
    .action((options: BacktestCommandOptions) => runBacktest(context, options));
}

async function runBacktest({ printer }: CliContext, options: BacktestCommandOptions): Promise<void> {
  const training: Awaited<ReturnType<typeof readEndedCohorts>>[] = [];
  for (const folder of options.train) training.push(await readEndedCohorts(folder));
  const test = await readEndedCohorts(options.test);
  const result = ranBacktest(() => backtest(training, test, { ...options, horizonDays: options.horizon }));
  if (options.scores !== undefined) await writeScores(options.scores, result);
  const { learners, rows, outcomes } = result.trainedOn;
  printer.line(
    `Trained on ${learners} learners (${rows} rows, ${outcomes} with the outcome), tested on ${result.model.learners} of day ${options.day}.`,
  );
  printer.line();
  printer.line(
    textTable([
      ['', 'MODEL', 'SILENT FOR 7 DAYS'],
      ...FIGURES.map(([name, of]) => [name, of(result.model), of(result.silence)]),
    ]),
  );
}

const FIGURES: [name: string, of: (figures: Figures) => string][] = [
  ['base rate', ({ outcomes, learners }) => inWords(outcomes / learners)],
  ['AUC', ({ auc }) => inWords(auc)],
  ['average precision', ({ averagePrecision }) => inWords(averagePrecision)],
  ['precision in the top 10 %', ({ precisionTop10 }) => inWords(precisionTop10)],
  ['recall in the top 10 %', ({ recallTop10 }) => inWords(recallTop10)],
  ['Brier score', ({ brier }) => inWords(brier)],
  ['calibration error by decile', ({ calibrationError }) => inWords(calibrationError)],
];

function inWords(figure: number | null): string {
  return figure === null ? 'too few' : figure.toFixed(4);
}

function ranBacktest(run: () => Backtest): Backtest {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) throw new ServiceError('INPUT_INVALID', error.message);
    throw error;
  }
}

async function writeScores(path: string, { scores }: Backtest): Promise<void> {
  const lines = scores.map(
    ({ cohort, student, probability }) => `${csvCell(cohort)},${csvCell(student)},${probability}`,
  );
  await writeFile(path, `${['cohort,student,probability', ...lines].join('\n')}\n`).catch(
    (error: NodeJS.ErrnoException) => {
      throw new ServiceError(
        'INPUT_INVALID',
        `${path} cannot be written (${error.code}): name another file for --scores.`,
      );
    },
  );
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function parseDay(value: string): number {
  if (!/^-?\d{1,6}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

function parsePositive(value: string): number {
  const days = parseDay(value);
  if (days < 1) throw new InvalidArgumentError('It must be at least 1.');
  return days;
}
