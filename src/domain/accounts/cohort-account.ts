import { z } from 'zod';
import { cohortIdSchema } from './cohort-id';

const noControlCharacters = /^\P{Cc}*$/u;
const line = (maximum: number) =>
  z
    .string()
    .max(maximum, `must have at most ${maximum} characters`)
    .regex(noControlCharacters, 'must have no line break or control character')
    .refine((text) => text.trim() !== '', 'must not be empty');

/** One cohort's account as an operator hands it in (contract section 8). A password may begin or end with a space. */
export const cohortAccountSchema = z.strictObject({
  skId: cohortIdSchema,
  cohortName: line(255),
  loginId: line(255),
  password: z
    .string()
    .min(1, 'must not be empty')
    .max(1000, 'must have at most 1000 characters')
    .regex(noControlCharacters, 'must have no line break or control character'),
  /** Null sends the cohort's alerts to the default space. */
  chatWebhookUrl: z
    .url({ protocol: /^https?$/, error: 'must be empty or an http or https URL' })
    .max(4000, 'must have at most 4000 characters')
    .nullable(),
});

export type CohortAccount = z.infer<typeof cohortAccountSchema>;
