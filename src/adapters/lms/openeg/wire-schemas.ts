import { z } from 'zod';

/*
 * What the LMS answers (docs/contract/lms-api.openapi.yaml), item by item. Unknown fields mean nothing and are dropped.
 * Instants become Dates. A key that MySQL's utf8mb4_bin would not tell apart (it pads with spaces) is refused.
 */

/** Characters as the contract's `maxLength` and the database's columns count them: one beyond U+FFFF is one. */
const shortText = (minLength: number, maxLength: number) =>
  z
    .string()
    .regex(new RegExp(`^.{${minLength},${maxLength}}$`, 'su'), `must have ${minLength} to ${maxLength} characters`);

const key = (maxLength: number) =>
  shortText(1, maxLength).refine((text) => !text.endsWith(' '), 'must not end with a space');

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const optionalInstant = instant.nullish().transform((value) => value ?? null);
const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const optionalNumber = z
  .number()
  .nullish()
  .transform((value) => value ?? null);
const seconds = z.int().min(0).max(2_147_483_647);
const position = z.int().min(-2_147_483_648).max(2_147_483_647);

export const inquirySchema = z.object({
  entryId: shortText(1, 100),
  category: optionalText,
  title: z.string(),
  content: z.string(),
  studentId: z.string(),
  studentName: z.string(),
  createdAt: instant,
  answeredAt: optionalInstant,
  url: optionalText,
});

export const studentSchema = z.object({
  studentId: key(50),
  name: z.string(),
  status: z.enum(['active', 'dropped', 'completed']),
});

export const vodLogSchema = z.object({
  period: z.int().min(1).max(8),
  lectureId: shortText(0, 50),
  lectureTitle: z.string(),
  durationSeconds: seconds,
  watchedSeconds: seconds,
  firstPlayedAt: optionalInstant,
  lastPlayedAt: optionalInstant,
});

export const pblProblemSchema = z.object({
  problemId: key(50),
  title: z.string(),
  maxScore: z.number(),
  unitId: optionalText,
  dueAt: optionalInstant,
});

export const pblSubmissionSchema = z.object({
  submissionId: optionalText,
  studentId: key(191),
  status: z.enum(['not_submitted', 'submitted', 'graded', 'returned']),
  score: optionalNumber,
  submittedAt: optionalInstant,
});

export const taskSchema = z.object({
  taskId: key(50),
  title: z.string(),
  submissionType: z.enum(['file', 'link', 'text', 'quiz']),
  opensAt: optionalInstant,
  dueAt: optionalInstant,
});

export const taskSubmissionSchema = z.object({
  submissionId: optionalText,
  studentId: key(191),
  status: z.enum(['not_submitted', 'submitted', 'late', 'graded', 'returned']),
  submittedAt: optionalInstant,
});

export const roadmapLessonSchema = z.object({
  lessonId: key(50),
  title: z.string(),
  position,
  durationSeconds: seconds.nullish().transform((value) => value ?? null),
  progressRate: optionalNumber,
});

export const roadmapUnitSchema = z.object({
  unitId: key(50),
  title: z.string(),
  position,
  progressRate: optionalNumber,
  lessons: z.array(roadmapLessonSchema),
});

export const roadmapSchema = z.object({ units: z.array(roadmapUnitSchema) });

export const loginAnswerSchema = z.object({ accessToken: z.string().min(1), expiresIn: z.number() });

export const completionAnswerSchema = z.object({ duplicate: z.boolean() });

/** One page of a list; an empty cursor would ask for the first page again and is refused. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().min(1).nullable() });
}
