import { z } from 'zod';
import { cohortIdSchema } from '../accounts/cohort-account';

/** Refuses spaces at both ends: utf8mb4_bin compares byte by byte but ignores spaces at the end. */
const identifier = (maxLength: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .regex(/^(\S(.*\S)?)?$/u, 'must not begin or end with white space or hold a line break')
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must have no control character and no unpaired surrogate');

/** Older pages send whole numbers: a number becomes its string (contract section 7). */
const orNumber = <Schema extends z.ZodType<string, string>>(schema: Schema) =>
  z.preprocess((value) => (Number.isSafeInteger(value) ? String(value) : value), schema);

export const memberNoSchema = orNumber(identifier(100));

/** One lesson (차시) of one member. `projectNo` is the cohort's `sk_id`, `chasiNo` is the LMS's `lesson_id`. */
export const lessonKeySchema = z.object({
  projectNo: orNumber(cohortIdSchema),
  eduNo: orNumber(identifier(100)),
  chasiNo: orNumber(identifier(50)),
  memberNo: memberNoSchema,
});

export type LessonKey = z.output<typeof lessonKeySchema>;
