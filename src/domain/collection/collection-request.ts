import { z } from 'zod';
import { cohortIdSchema } from '../accounts/cohort-id';
import { dataTypeSchema } from './data-type';
import { learningDateOf, learningDateSchema, type LearningDate } from '../shared/learning-date';

/** Argument of `nightlyCollection` (contract section 6). Without `date`, the day before the schedule's nominal time. */
export const collectionRequestSchema = z.strictObject({
  date: learningDateSchema.optional(),
  skIds: z.array(cohortIdSchema).min(1, 'must name at least one cohort').max(5000).optional(),
  dataTypes: z.array(dataTypeSchema).min(1, 'must name at least one data type').optional(),
});

export type CollectionRequest = z.infer<typeof collectionRequestSchema>;

/**
 * Argument of the signal `rerunDate` and the update `rerun`: the same with `date` required. `to` makes it a range of
 * dates, both ends included, in which what has no date is read once.
 */
export const rerunRequestSchema = collectionRequestSchema
  .extend({ date: learningDateSchema, to: learningDateSchema.optional() })
  .refine((request) => request.to === undefined || request.to >= request.date, {
    path: ['to'],
    message: 'must not be before date',
  });

export type RerunRequest = z.infer<typeof rerunRequestSchema>;

/** Why a request can't be run yet: a date after today, Seoul's, has nothing to collect. Undefined when it can. */
export function futureDateIssue(dates: { date?: LearningDate; to?: LearningDate }, now: Date): string | undefined {
  const today = learningDateOf(now);
  const late = (['date', 'to'] as const).filter((name) => (dates[name] ?? today) > today);
  return late.length === 0 ? undefined : `${late.join(', ')}: must not be after today in Seoul, ${today}`;
}
