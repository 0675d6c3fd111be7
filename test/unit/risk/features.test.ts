import fc from 'fast-check';
import { FEATURE_DIRECTIONS, FEATURE_NAMES, featuresAsOf } from '../../../src/domain/risk/features';
import { asOf, type CohortHistory, type LearnerHistory } from '../../../src/domain/risk/learner-history';
import { driftingCohort } from './histories';

const DAY = 56;
const cohort: CohortHistory = driftingCohort('C', 60, 1);

const changed = (change: (learner: LearnerHistory) => LearnerHistory): CohortHistory => ({
  ...cohort,
  learners: cohort.learners.map(change),
});
const futureOf = ({ days, submissions }: LearnerHistory) => ({
  days: days.filter(({ day }) => day >= DAY),
  submissions: submissions.filter(({ day }) => day >= DAY),
});
const pastOf = ({ days, submissions }: LearnerHistory) => ({
  days: days.filter(({ day }) => day < DAY),
  submissions: submissions.filter(({ day }) => day < DAY),
});

describe('features as of a day', () => {
  const expected = featuresAsOf(cohort, DAY);

  it('are finite and have a direction each', () => {
    expect(expected.length).toBeGreaterThan(30);
    expect(FEATURE_DIRECTIONS).toHaveLength(FEATURE_NAMES.length);
    expect(new Set(FEATURE_NAMES).size).toBe(FEATURE_NAMES.length);
    for (const { features } of expected) expect(features.every(Number.isFinite)).toBe(true);
  });

  it.each<[string, CohortHistory]>([
    ['without everything later', changed((learner) => ({ ...learner, ...pastOf(learner) }))],
    [
      'with later leaving forgotten',
      changed((learner) => ({ ...learner, leftDay: (learner.leftDay ?? 0) >= DAY ? null : learner.leftDay })),
    ],
    ['with a later day of leaving planted', changed((learner) => ({ ...learner, leftDay: learner.leftDay ?? DAY }))],
    [
      'with later activity planted on the day itself',
      changed((learner) => ({ ...learner, days: [...pastOf(learner).days, { day: DAY, units: 9_999, places: 99 }] })),
    ],
    [
      'with later scores planted',
      changed((learner) => ({
        ...learner,
        submissions: [...pastOf(learner).submissions, { item: 'planted', day: DAY, score: 100 }],
      })),
    ],
    [
      'with the futures of learners exchanged',
      changed((learner) => {
        const other = futureOf(cohort.learners[(cohort.learners.indexOf(learner) + 7) % cohort.learners.length]!);
        const past = pastOf(learner);
        return {
          ...learner,
          days: [...past.days, ...other.days],
          submissions: [...past.submissions, ...other.submissions],
        };
      }),
    ],
    ['with later work planted', { ...cohort, work: [...cohort.work, { item: 'planted', dueDay: DAY, weight: 99 }] }],
  ])('are the same %s', (_name, history) => {
    expect(featuresAsOf(history, DAY)).toEqual(expected);
  });

  it('leave out learners who had left or were not enrolled yet', () => {
    const learners = [
      { leftDay: DAY - 1, enrolledDay: null, is: false },
      { leftDay: DAY, enrolledDay: null, is: true },
      { leftDay: null, enrolledDay: DAY, is: false },
      { leftDay: null, enrolledDay: DAY - 1, is: true },
    ].map((learner, index) => ({ ...learner, student: `${index}`, days: [], submissions: [] }));
    const known = asOf({ cohort: 'C', work: [], learners }, DAY).learners.map(({ student }) => student);
    expect(known).toEqual(learners.filter(({ is }) => is).map(({ student }) => student));
  });

  it('stay finite for a learner of whom nothing is known, on any day', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 400 }), (day) => {
        const learner = { student: 'S', enrolledDay: null, leftDay: null, days: [], submissions: [] };
        const [row] = featuresAsOf({ cohort: 'C', work: [], learners: [learner] }, day);
        expect(row!.features.every(Number.isFinite)).toBe(true);
      }),
    );
  });
});
