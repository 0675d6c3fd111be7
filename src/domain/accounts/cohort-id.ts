import { z } from 'zod';

/** A cohort's key at the LMS (`sk_id`). It stands in URLs, workflow ids and file names, so white space and slashes are refused. */
export const cohortIdSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(50, 'must have at most 50 characters')
  .regex(/^[^\s/\\\p{Cc}]+$/u, 'must have no white space, slash or control character');
