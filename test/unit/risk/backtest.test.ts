import { backtest, type BacktestOptions, type EndedCohort } from '../../../src/domain/risk/backtest';
import { driftingCohort } from './histories';

const OPTIONS: BacktestOptions = { day: 56, horizonDays: 28, target: 'left', seed: 1 };
const training = [[driftingCohort('A1', 90, 1), driftingCohort('A2', 90, 2)], [driftingCohort('B1', 90, 3)]];
const tested = driftingCohort('C1', 200, 4);
/** The same learners with other ends and futures: everybody who had not left leaves on the day itself. */
const planted: EndedCohort = {
  ...tested,
  learners: tested.learners.map((learner) => ({
    ...learner,
    outcome: 'left',
    leftDay: learner.leftDay !== null && learner.leftDay < OPTIONS.day ? learner.leftDay : OPTIONS.day,
    days: [...learner.days.filter(({ day }) => day < OPTIONS.day), { day: 100, units: 1_000, places: 50 }],
  })),
};

describe('a backtest', () => {
  const result = backtest(training, [tested], OPTIONS);

  it('ranks learners who drift away before those who do not, and better than silence does', () => {
    expect(result.model.auc).toBeGreaterThan(0.7);
    expect(result.model.auc! - result.silence.auc!).toBeGreaterThan(0.1);
    expect(result.model.calibrationError).toBeLessThan(0.1);
  });

  it('scores exactly the learners who were enrolled and had not left', () => {
    const there = tested.learners.filter(({ leftDay }) => leftDay === null || leftDay >= OPTIONS.day);
    expect(result.scores.map(({ student }) => student)).toEqual(there.map(({ student }) => student));
    expect(result.scores.every(({ probability }) => probability > 0 && probability < 1)).toBe(true);
  });

  it('gives the same scores to the last digit when ends and futures of the tested learners change', () => {
    expect(backtest(training, [planted], OPTIONS).scores).toEqual(result.scores);
  });

  it.each([
    ['a single folder', [training[0]!]],
    ['a single cohort', [[driftingCohort('A1', 90, 1)]]],
  ])('trains on %s', (_name, folders) => {
    expect(backtest(folders, [tested], OPTIONS).model.auc).toBeGreaterThan(0.6);
  });

  it('stays sound where nobody of the training left', () => {
    const stayed = training.map((cohorts) =>
      cohorts.map((cohort) => ({ ...cohort, learners: cohort.learners.map((each) => ({ ...each, leftDay: null })) })),
    );
    const { scores } = backtest(stayed, [tested], OPTIONS);
    expect(scores.every(({ probability }) => probability > 0 && probability < 0.1)).toBe(true);
  });

  it('says so where nobody can be trained on, or scored', () => {
    expect(() => backtest([[]], [tested], OPTIONS)).toThrow(/training/);
    expect(() => backtest(training, [], OPTIONS)).toThrow(/test folder/);
  });
});
