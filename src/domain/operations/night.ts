import { addDays, learningDateOf, startOfLearningDate, type LearningDate } from '../shared/learning-date';

const MINUTE_MS = 60_000;
/** Operators read last night's data from this time of day in Seoul on. */
const EXPECTED_BY_MINUTES = 3 * 60;
/** A collection that is scheduled later than usual has at least this long. */
const TIME_TO_COLLECT_MINUTES = 60;

/** A night that should be stored by now. */
export interface DueNight {
  date: LearningDate;
  /** When its collection was to start. */
  startsAt: Date;
}

/**
 * The night whose data should be there at `now`: stored by 03:00 in Seoul, or an hour after a collection time that is
 * later than 02:00. It holds the day before the one on which the collection starts.
 *
 * @param collectionTime `HH:MM`, in Asia/Seoul
 */
export function latestDueNight(now: Date, collectionTime: string): DueNight {
  const today = learningDateOf(now);
  const isDue = (day: LearningDate) => dueAt(day, collectionTime) <= now.getTime();
  const startDay = isDue(today) ? today : isDue(addDays(today, -1)) ? addDays(today, -1) : addDays(today, -2);
  return { date: addDays(startDay, -1), startsAt: startsAt(startDay, collectionTime) };
}

/** When the collection of a date was to start: on the day after it. */
export function collectionStartOf(date: LearningDate, collectionTime: string): Date {
  return startsAt(addDays(date, 1), collectionTime);
}

function dueAt(startDay: LearningDate, collectionTime: string): number {
  const expectedBy = startOfLearningDate(startDay).getTime() + EXPECTED_BY_MINUTES * MINUTE_MS;
  return Math.max(expectedBy, startsAt(startDay, collectionTime).getTime() + TIME_TO_COLLECT_MINUTES * MINUTE_MS);
}

function startsAt(startDay: LearningDate, collectionTime: string): Date {
  const [hours = 0, minutes = 0] = collectionTime.split(':').map(Number);
  return new Date(startOfLearningDate(startDay).getTime() + (hours * 60 + minutes) * MINUTE_MS);
}
