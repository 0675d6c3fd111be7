import { collectionDateFor, type LearningDate } from '../shared/learning-date';

const MINUTE_MS = 60_000;

/**
 * The date that the nightly collection had to collect last: that of the latest nominal start before `now`.
 * @param collectionTime `HH:MM` in Asia/Seoul
 */
export function latestNight(now: Date, collectionTime: string): LearningDate {
  const [hours = Number.NaN, minutes = Number.NaN] = collectionTime.split(':').map(Number);
  return collectionDateFor(new Date(now.getTime() - (hours * 60 + minutes) * MINUTE_MS));
}
