import { z } from 'zod';
import { lessonKeySchema } from '../../domain/completion/lesson-key';
import { REFUSAL_REASONS } from '../../domain/completion/refusal';

/* Bodies and answers of the progress API (contract section 7). The API's documentation is made from these schemas. */

const LONGEST_VIDEO_MS = 7 * 24 * 3_600_000;
/** A page that merges the unsent parts of days stays below this number. */
const MAX_SEGMENTS = 1_000;

const milliseconds = z
  .int('must be whole milliseconds')
  .min(0, 'must not be negative')
  .max(LONGEST_VIDEO_MS, `must be at most ${LONGEST_VIDEO_MS}`);

const segment = z
  .tuple([milliseconds, milliseconds], 'must be a pair [from, to]')
  .refine(([from, to]) => from <= to, 'must not end before it begins');

export const lessonParametersSchema = lessonKeySchema;

/** Other fields are ignored: older and newer pages can send more. */
export const saveBodySchema = lessonKeySchema.extend({
  totalVideoTime: milliseconds.min(1, 'must be more than 0').describe('Length of the video'),
  currentVideoTime: milliseconds.describe('Position of the video'),
  completionVideoTime: milliseconds.describe('The time of the video that this save adds'),
  saveId: z
    .guid('must be a UUID')
    .transform((uuid) => uuid.toLowerCase())
    .describe('Idempotency key: a repeated save has the same saveId'),
  playbackRate: z.number().positive('must be more than 0').max(100, 'must be at most 100').default(1),
  segments: z
    .array(segment)
    .max(MAX_SEGMENTS, `must have at most ${MAX_SEGMENTS} pairs`)
    .optional()
    .describe('Parts of the video played since the last save, as pairs [from, to]'),
});

export const progressAnswerSchema = z.object({
  completionVideoTime: z.int().describe('Credit so far: each moment of the video counts once'),
  totalVideoTime: z
    .int()
    .describe("The LMS's length if it is known, else the length that a page named; 0 while unknown"),
  progressRate: z.number().min(0).max(1),
  completed: z.boolean(),
  completedAt: z.iso.datetime().nullable(),
});

export const explainedAnswerSchema = progressAnswerSchema.extend({
  explanation: z.object({
    rule: z.object({
      threshold: z.number(),
      maxPlaybackRate: z.number(),
      saveInterval: z.int().nullable(),
      longestGap: z.int(),
      slack: z.int(),
    }),
    credited: z.array(z.object({ from: z.int(), to: z.int() })),
    refused: z.array(z.object({ at: z.iso.datetime(), milliseconds: z.int(), reason: z.enum(REFUSAL_REASONS) })),
    missing: z.object({ milliseconds: z.int(), segments: z.array(z.tuple([z.int(), z.int()])) }),
    sentence: z.string().describe('For the learner, in Korean'),
  }),
});

export type SaveBody = z.output<typeof saveBodySchema>;
export type ProgressAnswer = z.output<typeof progressAnswerSchema>;
export type ExplainedAnswer = z.output<typeof explainedAnswerSchema>;
