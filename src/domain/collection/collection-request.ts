import { z } from 'zod';
import { cohortIdSchema } from '../accounts/cohort-account';
import { dataTypeSchema } from './data-type';
import { learningDateOf, learningDateSchema, type LearningDate } from '../shared/learning-date';

/** Argument of `nightlyCollection` (contract section 6). `date` is by default the day before the Schedule's nominal time. */
export const collectionRequestSchema = z.strictObject({
  date: learningDateSchema.optional(),
  skIds: z.array(cohortIdSchema).min(1, 'must name at least one cohort').max(5000).optional(),
  dataTypes: z.array(dataTypeSchema).min(1, 'must name at least one data type').optional(),
});

export type CollectionRequest = z.infer<typeof collectionRequestSchema>;

/**
 * Argument of the signal `rerunDate` and the update `rerun` (contract section 6). `to` makes it a range of dates, both ends
 * included. Data types without a date are read once for the whole range.
 */
export const rerunRequestSchema = collectionRequestSchema
  .extend({ date: learningDateSchema, to: learningDateSchema.optional() })
  .refine((request) => request.to === undefined || request.to >= request.date, {
    path: ['to'],
    message: 'must not be before date',
  });

export type RerunRequest = z.infer<typeof rerunRequestSchema>;

/** A sentence when a date of the request is after today in Seoul, so that there is nothing to collect; else undefined. */
export function futureDateIssue(dates: { date?: LearningDate; to?: LearningDate }, now: Date): string | undefined {
  const today = learningDateOf(now);
  const future = (['date', 'to'] as const).filter((name) => (dates[name] ?? today) > today);
  return future.length === 0 ? undefined : `${future.join(', ')}: must not be after today in Seoul, ${today}`;
}
