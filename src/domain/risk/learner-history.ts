/** One day on which a learner did something. */
export interface ActiveDay {
  /** Counted from the cohort's first day (0); negative before it. */
  day: number;
  /** How much was done: clicks of a file, watched minutes of our own tables. */
  units: number;
  /** In how many places: pages of a file, attended periods of our own tables. */
  places: number;
}

export interface Submission {
  item: string;
  day: number;
  /** Null where there is none. It counts from the day of the submission. */
  score: number | null;
}

export interface WorkItem {
  item: string;
  dueDay: number;
  weight: number;
}

/** Everything that is known of one learner; nothing about who somebody is. */
export interface LearnerHistory {
  student: string;
  /** Null: before the first day. */
  enrolledDay: number | null;
  /** Null: stayed. */
  leftDay: number | null;
  /** In the order of days. */
  days: readonly ActiveDay[];
  submissions: readonly Submission[];
}

export interface CohortHistory {
  cohort: string;
  work: readonly WorkItem[];
  learners: readonly LearnerHistory[];
}

/**
 * The cohort as it was known at the beginning of `day`: learners who were enrolled and had not left, what they did before
 * that day, and the work that was due before it. Features are made of its result alone, so none can see further.
 */
export function asOf({ cohort, work, learners }: CohortHistory, day: number): CohortHistory {
  const isPast = (each: { day: number }) => each.day < day;
  return {
    cohort,
    work: work.filter(({ dueDay }) => dueDay < day),
    learners: learners
      .filter(({ enrolledDay, leftDay }) => (enrolledDay ?? day - 1) < day && (leftDay ?? day) >= day)
      .map((learner) => ({
        ...learner,
        leftDay: null,
        days: learner.days.filter(isPast),
        submissions: learner.submissions.filter(isPast),
      })),
  };
}
