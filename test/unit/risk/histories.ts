import type { EndedCohort, EndedLearner } from '../../../src/domain/risk/backtest';
import { seededRandom } from '../../../src/domain/risk/seeded-random';

const COURSE_DAYS = 120;

/** A cohort in which learners who will leave do less and less from four weeks before they leave. */
export function driftingCohort(cohort: string, learners: number, seed: number): EndedCohort {
  const random = seededRandom(seed);
  const work = [20, 40, 60, 80, 100].map((dueDay) => ({ item: `${cohort}-${dueDay}`, dueDay, weight: 10 }));
  return {
    cohort,
    work,
    learners: Array.from({ length: learners }, (_, index): EndedLearner => {
      const leftDay = random() < 0.3 ? Math.floor(30 + random() * 80) : null;
      const habit = 0.3 + 0.6 * random();
      const likelihood = (day: number) => (leftDay !== null && day > leftDay - 28 ? habit * 0.2 : habit);
      const lastDay = leftDay ?? COURSE_DAYS;
      const days = Array.from({ length: COURSE_DAYS + 10 }, (_none, offset) => offset - 10)
        .filter((day) => day < lastDay && random() < likelihood(day))
        .map((day) => ({ day, units: 1 + Math.floor(random() * 30), places: 1 + Math.floor(random() * 5) }));
      const submissions = work
        .filter(({ dueDay }) => dueDay < lastDay && random() < likelihood(dueDay) + 0.2)
        .map(({ item, dueDay }) => ({
          item,
          day: dueDay - Math.floor(random() * 8),
          score: Math.floor(40 + random() * 60),
        }));
      const outcome = leftDay === null ? (random() < 0.8 ? 'passed' : 'failed') : 'left';
      return { student: `S${index}`, enrolledDay: -Math.floor(random() * 30), leftDay, outcome, days, submissions };
    }),
  };
}
