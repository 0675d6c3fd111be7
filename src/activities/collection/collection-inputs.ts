import { z } from 'zod';
import { cohortIdSchema } from '../../domain/accounts/cohort-account';
import { dataTypeSchema } from '../../domain/collection/data-type';
import { learningDateSchema } from '../../domain/shared/learning-date';

/** In histories an instant is ISO text; activities work with a Date. */
const instant = z.iso.datetime().transform((text) => new Date(text));

export const collectCohortInputSchema = z.object({
  skId: cohortIdSchema,
  date: learningDateSchema,
  dataTypes: z.array(dataTypeSchema),
  /** Data that was read at or after this instant is new enough and is not read again. */
  requestedAt: instant,
});
export type CollectCohortInput = z.input<typeof collectCohortInputSchema>;

export const planCollectionInputSchema = z.object({
  date: learningDateSchema,
  skIds: z.array(cohortIdSchema).optional(),
  dataTypes: z.array(dataTypeSchema).optional(),
  /** Set for a range of dates: all its dates share one instant. By default it is the moment of planning. */
  requestedAt: instant.optional(),
});
export type PlanCollectionInput = z.input<typeof planCollectionInputSchema>;

export const recordFailureInputSchema = z.object({
  skId: cohortIdSchema,
  date: learningDateSchema,
  dataTypes: z.array(dataTypeSchema),
  message: z.string(),
  workflowId: z.string(),
});
export type RecordFailureInput = z.input<typeof recordFailureInputSchema>;

export const joinCollectionInputSchema = z.object({ workflowId: z.string() });
export type JoinCollectionInput = z.input<typeof joinCollectionInputSchema>;

export const planStatisticsInputSchema = z.object({ date: learningDateSchema });
export type PlanStatisticsInput = z.input<typeof planStatisticsInputSchema>;

export const statisticsTriggerSchema = z.object({
  targetDate: learningDateSchema,
  skIds: z.array(cohortIdSchema),
  dataTypes: z.array(dataTypeSchema),
});

export const failedTriggerSchema = statisticsTriggerSchema.extend({ message: z.string() });
export type FailedTrigger = z.output<typeof failedTriggerSchema>;
