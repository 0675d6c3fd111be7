import { z } from 'zod';
import { cohortIdSchema } from '../../domain/accounts/cohort-account';

/** In histories an instant is ISO text; activities work with a Date. */
const instant = z.iso.datetime().transform((text) => new Date(text));
const count = z.int().min(0);

/** The most cohorts of one activity, so that a thousand cohorts are twenty activities. */
export const COHORTS_PER_CHECK = 50;

export const checkInquiriesInputSchema = z.object({ skIds: z.array(cohortIdSchema).max(COHORTS_PER_CHECK) });
export type CheckInquiriesInput = z.input<typeof checkInquiriesInputSchema>;

export const recordTickInputSchema = z.object({
  startedAt: instant,
  endedAt: instant,
  intervalMs: z.int().min(1),
  cohorts: count,
  newInquiries: count,
  /** Cohorts whose check failed. */
  failures: count,
  /** Whether every cohort was checked, also those whose check failed. It is false when an activity was lost. */
  whole: z.boolean(),
});
export type RecordTickInput = z.input<typeof recordTickInputSchema>;

export const recordMonitorStateInputSchema = z.object({ state: z.enum(['running', 'paused', 'stopped']) });
export type RecordMonitorStateInput = z.input<typeof recordMonitorStateInputSchema>;
