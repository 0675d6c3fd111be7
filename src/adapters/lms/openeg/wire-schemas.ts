import { z } from 'zod';
import type { BodyEnds } from '../access/running-exchange';
import { findInEnds } from './find-in-ends';
import type { VodLog } from '../../../domain/collection/attendance';
import type { PblProblem, PblSubmission } from '../../../domain/collection/datasets/pbl-dataset';
import type { RoadmapLesson, RoadmapUnit } from '../../../domain/collection/datasets/roadmap-dataset';
import type { Task, TaskSubmission } from '../../../domain/collection/datasets/task-dataset';
import type { Inquiry } from '../../../domain/inquiries/inquiry';
import type { Student } from '../../../domain/people/student';
import { describeIssues } from '../../../domain/shared/describe-issues';

/*
 * The answers of docs/contract/lms-api.openapi.yaml. This file alone knows their field names; `satisfies` checks that what
 * is parsed has the domain's types. Unknown fields mean nothing and are dropped. A key that ends with a space is refused:
 * MySQL's utf8mb4_bin pads with spaces, so it would be equal to another key.
 */

/** An id; a number becomes its text. Counts characters like the contract's `maxLength` and the database's columns: one beyond U+FFFF is one. */
const idText = (minLength: number, maxLength: number) =>
  z.preprocess(
    (id) => (typeof id === 'number' ? String(id) : id),
    z
      .string()
      .regex(new RegExp(`^.{${minLength},${maxLength}}$`, 'su'), `must have ${minLength} to ${maxLength} characters`),
  );

const key = (maxLength: number) =>
  idText(1, maxLength).refine((text) => !text.endsWith(' '), 'must not end with a space');

/** MySQL's DATETIME holds no earlier and no later instant. */
const FIRST_INSTANT_MS = Date.UTC(1000, 0, 1);
const LAST_INSTANT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const isoInstant = z.iso.datetime({ offset: true });
const LEAP_SECOND = /(T\d\d:\d\d):60/;

/**
 * An ISO 8601 instant, `t` and `z` in either case (RFC 3339, 5.6). Second 60 is the next second. An instant that a column
 * cannot hold becomes the nearest one that it can.
 */
const instant = z.string().transform((given, context) => {
  const text = given.toUpperCase();
  const parsed = isoInstant.safeParse(text.replace(LEAP_SECOND, '$1:59'));
  if (!parsed.success) {
    context.addIssue({ code: 'custom', message: 'must be an ISO 8601 instant with an offset' });
    return z.NEVER;
  }
  const atMs = Date.parse(parsed.data) + (LEAP_SECOND.test(text) ? 1000 : 0);
  return new Date(Math.min(LAST_INSTANT_MS, Math.max(FIRST_INSTANT_MS, atMs)));
});

/** Whether an instant of an answer is the first or last one that a column can hold, and so perhaps another in truth. */
export function isInstantAtLimit(value: unknown): boolean {
  return value instanceof Date && [FIRST_INSTANT_MS, LAST_INSTANT_MS].includes(value.getTime());
}

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

/** A field as an alert shows it. The learner waits, so no field but the key and the time keeps an alert back. */
const knownText = z
  .union([z.string(), z.number().transform(String)])
  .nullable()
  .catch(null);

/** A message of Chat has at most 32,000 bytes (contract section 2). Pasted pictures are much longer. */
const MAX_CONTENT_LENGTH = 32_000;

/** A cut string keeps the whole one in memory in V8, so the cut one is copied. */
const knownContent = knownText.transform((text) =>
  text !== null && text.length > MAX_CONTENT_LENGTH
    ? Buffer.from(text.slice(0, MAX_CONTENT_LENGTH), 'utf16le').toString('utf16le')
    : text,
);

const inquirySchema = z.object({
  entryId: idText(1, 100),
  category: knownText,
  title: knownText,
  content: knownContent,
  studentId: knownText,
  studentName: knownText,
  createdAt: instant,
  answeredAt: optionalInstant.catch(null),
  url: knownText,
}) satisfies z.ZodType<Inquiry>;

const inquiryKeySchema = inquirySchema.pick({ entryId: true });

/** An item of a list of inquiries. Items are independent: one that does not fit keeps no other one back. */
export const inquiryItemSchema = z.unknown().transform((item) => {
  const { success, data, error } = inquirySchema.safeParse(item);
  if (success) return { entryId: data.entryId, inquiry: data };
  return { entryId: inquiryKeySchema.safeParse(item).data?.entryId ?? null, problem: describeIssues(error, 'item') };
});

/** An inquiry that is larger than any answer may be. */
export function largeInquiry(body: BodyEnds): z.output<typeof inquiryItemSchema> {
  const { data } = inquiryKeySchema.safeParse({ entryId: findInEnds(body, 'entryId') });
  return { entryId: data?.entryId ?? null, problem: 'item: is too large to be read' };
}

export const studentSchema = z.object({
  studentId: key(50),
  name: z.string(),
  status: z.enum(['active', 'dropped', 'completed']),
}) satisfies z.ZodType<Student>;

export const vodLogSchema = z.object({
  period: z.int().min(1).max(8),
  lectureId: idText(0, 50),
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

export const loginAnswerSchema = z.object({ accessToken: z.string().min(1) });

export const completionAnswerSchema = z.object({ duplicate: z.boolean() });

/** One page of a list. An empty cursor would ask for the first page again, so it is refused. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().min(1).nullable() });
}
