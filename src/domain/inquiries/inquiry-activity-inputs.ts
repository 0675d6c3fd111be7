import { z } from 'zod';
import { cohortIdSchema } from '../accounts/cohort-id';

/** What the inquiry monitor asks of activities: keys and counts. Instants cross as ISO text and become Dates. */
const instant = z.iso.datetime().transform((text) => new Date(text));
const count = z.int().min(0);

/** One activity checks up to this many cohorts, so that a thousand cohorts are twenty activities. */
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
  /** Whether each cohort was checked, failed ones included; a tick that lost a whole activity is none. */
  whole: z.boolean(),
});
export type RecordTickInput = z.input<typeof recordTickInputSchema>;

export const recordMonitorStateInputSchema = z.object({ state: z.enum(['running', 'paused', 'stopped']) });
export type RecordMonitorStateInput = z.input<typeof recordMonitorStateInputSchema>;
