import type { DataType } from '../collection/data-type';
import {
  addDays,
  learningDateOf,
  parseTimeOfDay,
  startOfLearningDate,
  type LearningDate,
} from '../shared/learning-date';
import { THRESHOLDS } from './thresholds';

const MINUTE_MS = 60_000;

/** The workers' configuration of a night. */
export interface NightPlan {
  /** `HH:MM`, in Asia/Seoul. */
  collectionTime: string;
  /** The data types that each cohort stores. */
  dataTypes: readonly DataType[];
}

/** One nightly collection of a learning date. It starts on the day after that date. */
export interface Night {
  date: LearningDate;
  startsAt: Date;
  /** Its data has to be stored by then: 03:00 in Seoul, or an hour after a start later than 02:00. */
  dueAt: Date;
}

/** @param collectionTime `HH:MM`, in Asia/Seoul */
export function nightOf(date: LearningDate, collectionTime: string): Night {
  const midnightMs = startOfLearningDate(addDays(date, 1)).getTime();
  const { hour, minute } = parseTimeOfDay(collectionTime);
  const startMinute = hour * 60 + minute;
  const dueMinute = Math.max(THRESHOLDS.nightDueMinuteOfDay, startMinute + THRESHOLDS.nightMinutes);
  return {
    date,
    startsAt: new Date(midnightMs + startMinute * MINUTE_MS),
    dueAt: new Date(midnightMs + dueMinute * MINUTE_MS),
  };
}

/** The newest night that was to start at `now` or before: "last night" on every screen. */
export function latestStartedNight(now: Date, collectionTime: string): Night {
  return latestNight(collectionTime, now, ({ startsAt }) => startsAt <= now);
}

/** The newest night whose data has to be stored at `now`: the one of which missing data is a trouble. */
export function latestDueNight(now: Date, collectionTime: string): Night {
  return latestNight(collectionTime, now, ({ dueAt }) => dueAt <= now);
}

/** The nights that were to start after `since` and at `now` or before, oldest first. */
export function nightsBetween(since: Date, now: Date, collectionTime: string): Night[] {
  const nights: Night[] = [];
  for (
    let night = latestStartedNight(now, collectionTime);
    night.startsAt > since;
    night = nightOf(addDays(night.date, -1), collectionTime)
  ) {
    nights.unshift(night);
  }
  return nights;
}

function latestNight(collectionTime: string, now: Date, hasCome: (night: Night) => boolean): Night {
  let night = nightOf(addDays(learningDateOf(now), -1), collectionTime);
  // A night is due at 00:59 of the day after its start at the latest, so this goes back two nights at most.
  while (!hasCome(night)) night = nightOf(addDays(night.date, -1), collectionTime);
  return night;
}
