import { asOf, type CohortHistory, type LearnerHistory, type WorkItem } from './learner-history';

/** +1: a larger value is never less risk; -1: never more; 0: either. */
type Direction = -1 | 0 | 1;

interface Feature {
  name: string;
  direction: Direction;
  of: (facts: LearnerFacts) => number;
}

/** The rank of a value within the cohort, from 0 to 1, so that cohorts with other habits compare. */
interface Rank {
  name: string;
  direction: Direction;
  ranks: (facts: LearnerFacts) => number;
}

interface CohortFeature {
  name: string;
  direction: Direction;
  cohort: (cohort: readonly LearnerFacts[]) => number;
}

/** The recent past is summed over one to four weeks. */
const WINDOWS_DAYS = [7, 14, 21, 28] as const;
const LONGEST_WINDOW_DAYS = 28;
/** A learner who was never seen, or handed in nothing, was so for this many days at least. */
const LONGEST_SILENCE_DAYS = 60;
/** Handing in three weeks early or late says no more than this. */
const MOST_SLACK_DAYS = 20;
/** Stands for the slack of a learner who handed in nothing. */
const NO_SLACK_DAYS = -30;
/** Stands for the score of a learner of whom nothing was due yet. */
const SCORE_BEFORE_ANY_WORK = 70;

const FEATURES: readonly (Feature | Rank | CohortFeature)[] = [
  ...WINDOWS_DAYS.flatMap((window): (Feature | Rank)[] => [
    { name: `activeDays${window}`, direction: -1, of: (facts) => recentDays(facts, window).length },
    { name: `units${window}`, direction: 0, of: (facts) => Math.log1p(unitsOf(recentDays(facts, window))) },
    { name: `places${window}`, direction: 0, of: (facts) => Math.log1p(placesOf(recentDays(facts, window))) },
    { name: `activeDaysRank${window}`, direction: -1, ranks: (facts) => recentDays(facts, window).length },
    { name: `unitsRank${window}`, direction: -1, ranks: (facts) => unitsOf(recentDays(facts, window)) },
  ]),
  { name: 'activeShare', direction: 0, of: ({ past, day }) => past.length / Math.max(1, day) },
  { name: 'unitsRank', direction: -1, ranks: ({ past }) => unitsOf(past) },
  { name: 'placesRank', direction: 0, ranks: ({ past }) => placesOf(past) },
  { name: 'activeDaysBeforeStart', direction: 0, of: ({ beforeStart }) => beforeStart.length },
  { name: 'unitsBeforeStart', direction: 0, of: ({ beforeStart }) => Math.log1p(unitsOf(beforeStart)) },
  { name: 'daysSinceSeen', direction: 1, of: ({ learner, day }) => daysSince(learner.days.at(-1)?.day, day) },
  { name: 'longestGap', direction: 0, of: longestGap },
  { name: 'activeWeeks', direction: -1, of: (facts) => weeksOf(facts).filter((days) => days > 0).length },
  { name: 'weekTrend', direction: -1, of: (facts) => trendOf(facts, 7, 5) },
  { name: 'twoWeekTrend', direction: -1, of: (facts) => trendOf(facts, 14, 10) },
  { name: 'firstSeenDay', direction: 0, of: ({ past, day }) => past[0]?.day ?? day },
  { name: 'unitsPerActiveDay', direction: 0, of: ({ past }) => Math.log1p(unitsOf(past) / Math.max(1, past.length)) },
  { name: 'dueItems', direction: 0, of: ({ due }) => due.length },
  { name: 'missedItems', direction: 1, of: ({ due, done }) => due.length - done.length },
  { name: 'missedShare', direction: 1, of: missedShare },
  { name: 'missedRank', direction: 1, ranks: missedShare },
  {
    name: 'lastItemMissed',
    direction: 1,
    of: ({ due, submitted }) => (due.length > 0 && !submitted.has(due.at(-1)!.item) ? 1 : 0),
  },
  { name: 'lateItems', direction: 0, of: ({ slackDays }) => slackDays.filter((slack) => slack < 0).length },
  { name: 'meanSlackDays', direction: 0, of: ({ slackDays }) => mean(slackDays) ?? NO_SLACK_DAYS },
  { name: 'lastSlackDays', direction: 0, of: ({ slackDays }) => slackDays.at(-1) ?? NO_SLACK_DAYS },
  { name: 'meanScore', direction: -1, of: meanScore },
  {
    name: 'leastScore',
    direction: -1,
    of: (facts) => (facts.scores.length === 0 ? meanScore(facts) : Math.min(...facts.scores)),
  },
  { name: 'scoreRank', direction: -1, ranks: meanScore },
  { name: 'earlyItems', direction: 0, of: earlyItems },
  { name: 'earlyRank', direction: -1, ranks: earlyItems },
  {
    name: 'daysSinceSubmission',
    direction: 1,
    of: ({ learner, due, day }) =>
      learner.submissions.length === 0 && due.length === 0 ? 0 : daysSince(lastSubmissionDay(learner), day),
  },
  {
    name: 'cohortSeenShare',
    direction: 0,
    cohort: (cohort) => mean(cohort.map((facts) => (recentDays(facts, 7).length > 0 ? 1 : 0))) ?? 0,
  },
  { name: 'cohortMissedShare', direction: 0, cohort: (cohort) => mean(cohort.map(missedShare)) ?? 0 },
  { name: 'day', direction: 0, of: ({ day }) => day },
];

export const FEATURE_NAMES: readonly string[] = FEATURES.map(({ name }) => name);
export const FEATURE_DIRECTIONS: readonly Direction[] = FEATURES.map(({ direction }) => direction);

/** The facts about a learner at the beginning of `day`, in the forms that features use. */
interface LearnerFacts {
  learner: LearnerHistory;
  day: number;
  /** Active days since the cohort's first day, and those before it. */
  past: LearnerHistory['days'];
  beforeStart: LearnerHistory['days'];
  /** Work that was due, the earliest first, and the part of it that was handed in. */
  due: readonly WorkItem[];
  done: readonly WorkItem[];
  submitted: ReadonlyMap<string, number>;
  /** Days from each submission to when it was due; negative where it was late. */
  slackDays: readonly number[];
  scores: readonly number[];
}

/**
 * Features of every learner who was enrolled and had not left at the beginning of `day`, in the order of `FEATURE_NAMES`.
 * The history is read as of that day first, so nothing later can have a part in them.
 */
export function featuresAsOf(history: CohortHistory, day: number): { student: string; features: Float64Array }[] {
  const cohort = asOf(history, day);
  const due = cohort.work.toSorted((a, b) => a.dueDay - b.dueDay || (a.item < b.item ? -1 : 1));
  const facts = cohort.learners.map((learner) => factsOf(learner, due, day));
  const columns = FEATURES.map((feature) => {
    if ('of' in feature) return facts.map(feature.of);
    if ('ranks' in feature) return ranksOf(facts.map(feature.ranks));
    const value = feature.cohort(facts);
    return facts.map(() => value);
  });
  return facts.map(({ learner }, row) => ({
    student: learner.student,
    features: Float64Array.from(columns, (column) => column[row]!),
  }));
}

function factsOf(learner: LearnerHistory, due: readonly WorkItem[], day: number): LearnerFacts {
  const submitted = new Map(learner.submissions.map((submission) => [submission.item, submission.day]));
  const done = due.filter(({ item }) => submitted.has(item));
  return {
    learner,
    day,
    past: learner.days.filter((each) => each.day >= 0),
    beforeStart: learner.days.filter((each) => each.day < 0),
    due,
    done,
    submitted,
    slackDays: done.map(({ item, dueDay }) => clamp(dueDay - submitted.get(item)!, MOST_SLACK_DAYS)),
    scores: learner.submissions.flatMap(({ score }) => (score === null ? [] : [score])),
  };
}

function recentDays({ learner, day }: LearnerFacts, windowDays: number): LearnerHistory['days'] {
  return learner.days.filter((each) => each.day >= day - windowDays);
}

function unitsOf(days: LearnerHistory['days']): number {
  return days.reduce((sum, { units }) => sum + units, 0);
}

function placesOf(days: LearnerHistory['days']): number {
  return days.reduce((sum, { places }) => sum + places, 0);
}

function daysSince(last: number | undefined, day: number): number {
  return last === undefined ? LONGEST_SILENCE_DAYS : Math.min(LONGEST_SILENCE_DAYS, day - last);
}

/** Days between two active days of the last four weeks, the edges counted as active. */
function longestGap({ past, day }: LearnerFacts): number {
  const from = Math.max(0, day - LONGEST_WINDOW_DAYS);
  const marks = [from, ...past.map((each) => each.day).filter((each) => each >= from), day];
  return marks.slice(1).reduce((longest, mark, index) => Math.max(longest, mark - marks[index]!), 0);
}

/** Active days of each of the last four weeks, the newest first. */
function weeksOf({ past, day }: LearnerFacts): number[] {
  return [1, 2, 3, 4].map(
    (week) => past.filter((each) => each.day >= day - 7 * week && each.day < day - 7 * (week - 1)).length,
  );
}

/** How much more was done in the last days than in as many before them: a log ratio, softened by `softening` units. */
function trendOf(facts: LearnerFacts, days: number, softening: number): number {
  const recent = unitsOf(recentDays(facts, days));
  const before = unitsOf(recentDays(facts, 2 * days)) - recent;
  return Math.log((recent + softening) / (before + softening));
}

/** By weight; an item without weight counts too, but little. */
function missedShare({ due, done }: LearnerFacts): number {
  const weigh = (items: readonly WorkItem[]) => items.reduce((sum, { weight }) => sum + weight + 1, 0);
  return due.length === 0 ? 0 : 1 - weigh(done) / weigh(due);
}

function meanScore({ scores, due }: LearnerFacts): number {
  return mean(scores) ?? (due.length === 0 ? SCORE_BEFORE_ANY_WORK : 0);
}

/** Handed in before it was due. */
function earlyItems({ learner, done }: LearnerFacts): number {
  return learner.submissions.length - done.length;
}

function lastSubmissionDay({ submissions }: LearnerHistory): number | undefined {
  return submissions.length === 0 ? undefined : Math.max(...submissions.map(({ day }) => day));
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function clamp(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

/** From 0 to 1; equal values share their mean rank. */
function ranksOf(values: readonly number[]): number[] {
  const ascending = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const ranks = values.map(() => 0);
  for (let start = 0, end = 0; start < ascending.length; start = end) {
    while (end < ascending.length && values[ascending[end]!] === values[ascending[start]!]) end += 1;
    for (const row of ascending.slice(start, end)) ranks[row] = (start + end) / 2 / ascending.length;
  }
  return ranks;
}
