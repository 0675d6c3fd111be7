import { z } from 'zod';

const SEOUL_OFFSET_MS = 9 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * A calendar date in Asia/Seoul, `YYYY-MM-DD`. Seoul has had no daylight saving time since 1988 and the service
 * handles no earlier date, so an offset of nine hours is exact.
 */
export const learningDateSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2025-01-20')
  .refine((text) => {
    const parsed = new Date(`${text}T00:00:00Z`);
    return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
  }, 'must be a date that exists')
  .refine((text) => text >= '1990-01-01', 'must not be before 1990-01-01')
  .brand<'LearningDate'>();

export type LearningDate = z.infer<typeof learningDateSchema>;

/** The learning date on which an instant falls. */
export function learningDateOf(instant: Date): LearningDate {
  return new Date(instant.getTime() + SEOUL_OFFSET_MS).toISOString().slice(0, 10) as LearningDate;
}

/** The instant at which a learning date begins: midnight in Seoul. */
export function startOfLearningDate(date: LearningDate): Date {
  return new Date(Date.parse(`${date}T00:00:00Z`) - SEOUL_OFFSET_MS);
}

/** The date `days` later (earlier, when negative). */
export function addDays(date: LearningDate, days: number): LearningDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10) as LearningDate;
}

/** Every date from `from` to `to`, both included; empty when `to` is before `from`. */
export function learningDatesBetween(from: LearningDate, to: LearningDate): LearningDate[] {
  const dates: LearningDate[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** How many dates there are from `from` to `to`, both included; 0 when `to` is before `from`. */
export function countLearningDates(from: LearningDate, to: LearningDate): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / DAY_MS + 1);
}

/** The date that a nightly run collects: the day before the one on which the schedule's nominal time falls. */
export function collectionDateFor(nominalStart: Date): LearningDate {
  return addDays(learningDateOf(nominalStart), -1);
}

/** `2025-01-20 09:00`, the wall clock in Asia/Seoul. */
export function formatSeoulTime(instant: Date): string {
  return new Date(instant.getTime() + SEOUL_OFFSET_MS).toISOString().slice(0, 16).replace('T', ' ');
}

/** A time of day as the configuration writes it, `HH:MM`, in Asia/Seoul. */
export interface TimeOfDay {
  hour: number;
  minute: number;
}

/** @param time `HH:MM`, as `OPENEG_COLLECTION_TIME` is validated to be */
export function parseTimeOfDay(time: string): TimeOfDay {
  const [hour = Number.NaN, minute = Number.NaN] = time.split(':').map(Number);
  return { hour, minute };
}

/** `HH:MM` */
export function formatTimeOfDay({ hour, minute }: TimeOfDay): string {
  return [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
}
