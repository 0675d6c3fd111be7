import { z } from 'zod';
import { isChatWebhook } from '../alerts/chat-webhook';
import { hasInvisibleCharacter } from '../shared/invisible-characters';

const noControlCharacters = /^\P{Cc}*$/u;
const singleLine = (maxLength: number) =>
  z
    .string()
    .max(maxLength, `must have at most ${maxLength} characters`)
    .regex(noControlCharacters, 'must have no line break or control character')
    .refine((text) => text.trim() !== '', 'must not be empty');

/** With such a character a second account would look like the first. */
const isVisible = (text: string) => !hasInvisibleCharacter(text);
const MUST_BE_VISIBLE = 'must have no invisible character';

/** A cohort's `sk_id`. No white space or slash: it is part of URLs, workflow ids and file names. */
export const cohortIdSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(50, 'must have at most 50 characters')
  .regex(/^[^\s/\\\p{Cc}]+$/u, 'must have no white space, slash or control character')
  .refine(isVisible, MUST_BE_VISIBLE);

/** One cohort's account as an operator imports it (contract section 8). A password may begin or end with a space. */
export const cohortAccountSchema = z.strictObject({
  skId: cohortIdSchema,
  cohortName: singleLine(255),
  loginId: singleLine(255).refine(isVisible, MUST_BE_VISIBLE),
  password: z
    .string()
    .min(1, 'must not be empty')
    .max(1000, 'must have at most 1000 characters')
    .regex(noControlCharacters, 'must have no line break or control character'),
  /** Null sends the cohort's alerts to the default space. */
  chatWebhookUrl: z
    .string()
    .max(4000, 'must have at most 4000 characters')
    .refine(isChatWebhook, 'must be empty or a webhook: …/spaces/SPACE/messages?key=KEY&token=TOKEN')
    .nullable(),
});

export type CohortAccount = z.infer<typeof cohortAccountSchema>;
