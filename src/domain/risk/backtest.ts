import type { LabelledRows } from './boosting';
import { featuresAsOf } from './features';
import { figuresOf, type Figures } from './figures';
import type { CohortHistory, LearnerHistory } from './learner-history';
import { riskOf, trainRiskModel } from './risk-model';

export type RiskTarget = 'left' | 'unsuccessful';

/** A learner whose end is known. */
export interface EndedLearner extends LearnerHistory {
  outcome: 'passed' | 'failed' | 'left';
}

export interface EndedCohort extends CohortHistory {
  learners: readonly EndedLearner[];
}

export interface BacktestOptions {
  /** Learners are scored as of the beginning of this day of their cohort. */
  day: number;
  /** `left` counts who leaves within so many days. */
  horizonDays: number;
  target: RiskTarget;
  seed: number;
}

export interface Backtest {
  trainedOn: { learners: number; rows: number; outcomes: number };
  scores: { cohort: string; student: string; probability: number }[];
  model: Figures;
  /** Everybody without activity in the seven days before the day gets 1, everybody else 0. */
  silence: Figures;
}

/** Training reads each cohort as of these days too: rows of learners who still decide what the day alone would leave to few. */
const TRAINING_DAYS = [-14, -7, 0, 7, 14] as const;
const SILENCE_DAYS = 7;

/**
 * Trains on some cohorts and scores others (contract section 11).
 * @param training groups of cohorts, the oldest first; a single group is cut by its cohorts
 * @throws RangeError when there is nobody to train on, or nobody to score
 */
export function backtest(
  training: readonly (readonly EndedCohort[])[],
  test: readonly EndedCohort[],
  options: BacktestOptions,
): Backtest {
  const groups = separate(training).map((cohorts) => rowsOf(cohorts, options, TRAINING_DAYS));
  const outcomes = groups.reduce((sum, { labels }) => sum + labels.reduce((count, label) => count + label, 0), 0);
  const rows = groups.reduce((sum, { labels }) => sum + labels.length, 0);
  const tested = rowsOf(test, options, [0]);
  if (rows === 0) throw new RangeError(`No learner of the training folders was enrolled on day ${options.day}.`);
  if (tested.labels.length === 0)
    throw new RangeError(`No learner of the test folder was enrolled on day ${options.day}.`);
  const model = trainRiskModel(groups, options.seed);
  const probabilities = tested.features.map((features) => riskOf(model, features));
  return {
    trainedOn: {
      learners: new Set(groups.flatMap(({ keys }) => keys.map(({ cohort, student }) => `${cohort}\n${student}`))).size,
      rows,
      outcomes,
    },
    scores: tested.keys.map((key, row) => ({ ...key, probability: probabilities[row]! })),
    model: figuresOf(probabilities, tested.labels),
    silence: figuresOf(tested.silent, tested.labels),
  };
}

interface KeyedRows extends LabelledRows {
  features: Float64Array[];
  keys: { cohort: string; student: string }[];
  silent: number[];
}

function rowsOf(
  cohorts: readonly EndedCohort[],
  { day, horizonDays, target }: BacktestOptions,
  shifts: readonly number[],
): KeyedRows {
  const [features, keys, silent, labels]: [Float64Array[], KeyedRows['keys'], number[], number[]] = [[], [], [], []];
  for (const cohort of cohorts) {
    const learners = new Map(cohort.learners.map((learner) => [learner.student, learner]));
    for (const shift of shifts) {
      const asOfDay = day + shift;
      for (const row of featuresAsOf(cohort, asOfDay)) {
        const learner = learners.get(row.student)!;
        const leaves = learner.leftDay !== null && learner.leftDay < asOfDay + horizonDays;
        features.push(row.features);
        keys.push({ cohort: cohort.cohort, student: row.student });
        labels.push((target === 'left' ? leaves : learner.outcome !== 'passed') ? 1 : 0);
        silent.push(learner.days.some((each) => each.day < asOfDay && each.day >= asOfDay - SILENCE_DAYS) ? 0 : 1);
      }
    }
  }
  return { features, keys, silent, labels: Uint8Array.from(labels) };
}

/** Groups for the calibration: the folders; of a single folder its cohorts; of a single cohort every other learner. */
function separate(training: readonly (readonly EndedCohort[])[]): readonly (readonly EndedCohort[])[] {
  if (training.length > 1) return training;
  const cohorts = training[0] ?? [];
  if (cohorts.length !== 1) return cohorts.map((cohort) => [cohort]);
  const [cohort] = cohorts as [EndedCohort];
  return [0, 1].map((part) => [{ ...cohort, learners: cohort.learners.filter((_, index) => index % 2 === part) }]);
}
