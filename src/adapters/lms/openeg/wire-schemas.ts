import { z } from 'zod';
import type { VodLog } from '../../../domain/collection/attendance';
import type { PblProblem, PblSubmission } from '../../../domain/collection/datasets/pbl-dataset';
import type { RoadmapLesson, RoadmapUnit } from '../../../domain/collection/datasets/roadmap-dataset';
import type { Task, TaskSubmission } from '../../../domain/collection/datasets/task-dataset';
import type { Inquiry } from '../../../domain/inquiries/inquiry';
import type { Student } from '../../../domain/people/student';

/*
 * The answers of docs/contract/lms-api.openapi.yaml. This file alone knows their field names; `satisfies` checks that what
 * is parsed has the domain's types. Unknown fields mean nothing and are dropped. A key that ends with a space is refused:
 * MySQL's utf8mb4_bin pads with spaces, so it would be equal to another key.
 */

/** Counts characters like the contract's `maxLength` and the database's columns: one beyond U+FFFF is one. */
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
}) satisfies z.ZodType<Inquiry>;

export const studentSchema = z.object({
  studentId: key(50),
  name: z.string(),
  status: z.enum(['active', 'dropped', 'completed']),
}) satisfies z.ZodType<Student>;

export const vodLogSchema = z.object({
  period: z.int().min(1).max(8),
  lectureId: shortText(0, 50),
  lectureTitle: z.string(),
  durationSeconds: seconds,
  watchedSeconds: seconds,
  firstPlayedAt: optionalInstant,
  lastPlayedAt: optionalInstant,
}) satisfies z.ZodType<VodLog>;

export const pblProblemSchema = z.object({
  problemId: key(50),
  title: z.string(),
  maxScore: z.number(),
  unitId: optionalText,
  dueAt: optionalInstant,
}) satisfies z.ZodType<PblProblem>;

export const pblSubmissionSchema = z.object({
  submissionId: optionalText,
  studentId: key(191),
  status: z.enum(['not_submitted', 'submitted', 'graded', 'returned']),
  score: optionalNumber,
  submittedAt: optionalInstant,
}) satisfies z.ZodType<PblSubmission>;

export const taskSchema = z.object({
  taskId: key(50),
  title: z.string(),
  submissionType: z.enum(['file', 'link', 'text', 'quiz']),
  opensAt: optionalInstant,
  dueAt: optionalInstant,
}) satisfies z.ZodType<Task>;

export const taskSubmissionSchema = z.object({
  submissionId: optionalText,
  studentId: key(191),
  status: z.enum(['not_submitted', 'submitted', 'late', 'graded', 'returned']),
  submittedAt: optionalInstant,
}) satisfies z.ZodType<TaskSubmission>;

const roadmapLessonSchema = z.object({
  lessonId: key(50),
  title: z.string(),
  position,
  durationSeconds: seconds.nullish().transform((value) => value ?? null),
  progressRate: optionalNumber,
}) satisfies z.ZodType<RoadmapLesson>;

const roadmapUnitSchema = z.object({
  unitId: key(50),
  title: z.string(),
  position,
  progressRate: optionalNumber,
  lessons: z.array(roadmapLessonSchema),
}) satisfies z.ZodType<RoadmapUnit>;

export const roadmapSchema = z.object({ units: z.array(roadmapUnitSchema) });

export const loginAnswerSchema = z.object({ accessToken: z.string().min(1), expiresIn: z.number() });

export const completionAnswerSchema = z.object({ duplicate: z.boolean() });

/** One page of a list. An empty cursor would ask for the first page again, so it is refused. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().min(1).nullable() });
}
