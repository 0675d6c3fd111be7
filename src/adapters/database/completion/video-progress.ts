import { z } from 'zod';
import type { CreditClock } from '../../../domain/completion/credit-clock';
import type { LessonKey } from '../../../domain/completion/lesson-key';
import {
  summarize,
  UNSEEN,
  type LessonProgress,
  type MemberCredit,
  type ProgressState,
} from '../../../domain/completion/lesson-progress';
import { REFUSAL_REASONS } from '../../../domain/completion/refusal';
import { lengthInForce } from '../../../domain/completion/video-length';
import type { Queryable, SqlValue, Statement } from '../core/database';

/** What a call is about. `saveId` is null for a call without one. */
export interface ProgressQuestion {
  key: LessonKey;
  saveId: Buffer | null;
}

/** A member's lesson as it is now; the member's row is locked until the transaction ends. */
export interface LockedProgress {
  state: ProgressState;
  /** Of the database's clock. */
  now: Date;
  /** The lesson's length in the collected roadmap, null when it knows none. */
  lmsSeconds: number | null;
  /** Digest of the body that this `saveId` came with before; null when it never came. */
  savedDigest: Buffer | null;
}

interface MemberRow {
  member_no: string;
  now: Date;
  clock_ms: number | null;
  last_call_at: Date | null;
  credited_ms: number;
}

interface LessonRow {
  member_no: string;
  total_video_time: number | null;
  watched: string;
  refusals: string | null;
  clock_ms: number | null;
  last_call_at: Date | null;
  completed_at: Date | null;
}

interface LengthRow {
  sk_id: string;
  lesson_id: string;
  duration_seconds: number | null;
}

interface SaveRow {
  member_no: string;
  body_digest: Buffer;
}

const watchedSchema = z.array(z.tuple([z.number(), z.number()]));
const refusalsSchema = z.array(z.tuple([z.number(), z.number(), z.enum(REFUSAL_REASONS)]));

/**
 * Reads all that these calls, each of another member, need. The members' rows are locked first, in the order of their
 * keys: whoever changes a lesson holds its member's row, so nothing else needs a lock, and a collection that rewrites the
 * roadmap delays nobody.
 */
export function lockProgress(questions: readonly ProgressQuestion[]): Statement[] {
  return [
    {
      sql: `SELECT member_no, UTC_TIMESTAMP(3) AS now, clock_ms, last_call_at, credited_ms FROM openeg_progress_members
        WHERE member_no IN (?) ORDER BY member_no FOR UPDATE`,
      parameters: [questions.map(({ key }) => key.memberNo)],
    },
    selectLessons(questions),
    selectLengths(questions),
    {
      sql: `SELECT member_no, body_digest FROM openeg_progress_saves
        WHERE ${anyOf(questions, 'member_no = ? AND save_id = ?')}`,
      parameters: questions.flatMap(({ key, saveId }) => [key.memberNo, saveId]),
    },
  ];
}

function selectLessons(questions: readonly ProgressQuestion[]): Statement {
  return {
    sql: `SELECT member_no, total_video_time, watched, refusals, clock_ms, last_call_at, completed_at
      FROM openeg_video_progress
      WHERE ${anyOf(questions, 'member_no = ? AND edu_no = ? AND chasi_no = ? AND project_no = ?')}`,
    parameters: questions.flatMap(({ key }) => [key.memberNo, key.eduNo, key.chasiNo, key.projectNo]),
  };
}

function selectLengths(questions: readonly ProgressQuestion[]): Statement {
  return {
    sql: `SELECT sk_id, lesson_id, duration_seconds FROM openeg_roadmap_lessons
      WHERE ${anyOf(questions, 'sk_id = ? AND lesson_id = ?')}`,
    parameters: questions.flatMap(({ key }) => [key.projectNo, key.chasiNo]),
  };
}

/** One point of an index for each question. */
function anyOf(questions: readonly ProgressQuestion[], point: string): string {
  return questions.map(() => `(${point})`).join(' OR ');
}

/** What `lockProgress` read, in the order of the questions; undefined where the member's row has to be made first. */
export function lockedProgress(
  questions: readonly ProgressQuestion[],
  results: readonly object[][],
): (LockedProgress | undefined)[] {
  const [memberRows, lessonRows, lengthRows, saveRows] = results as [MemberRow[], LessonRow[], LengthRow[], SaveRow[]];
  const members = new Map(memberRows.map((row) => [row.member_no, row]));
  const lessons = new Map(lessonRows.map((row) => [row.member_no, row]));
  const lengths = new Map(lengthRows.map((row) => [lengthName(row.sk_id, row.lesson_id), row.duration_seconds]));
  const digests = new Map(saveRows.map((row) => [row.member_no, row.body_digest]));
  return questions.map(({ key }) => {
    const member = members.get(key.memberNo);
    if (member === undefined) return undefined;
    return {
      state: { lesson: lessonOf(lessons.get(key.memberNo)), member: memberOf(member) },
      now: member.now,
      lmsSeconds: lengths.get(lengthName(key.projectNo, key.chasiNo)) ?? null,
      savedDigest: digests.get(key.memberNo) ?? null,
    };
  });
}

/** Neither identifier holds a line break. */
function lengthName(projectNo: string, chasiNo: string): string {
  return `${projectNo}\n${chasiNo}`;
}

/**
 * Makes the rows of members who never called. Of two first calls at once the second waits at the insert: an upsert that
 * changes nothing takes the exclusive lock right away, INSERT IGNORE a shared one, which both would then want to raise.
 */
export function makeMembers(questions: readonly ProgressQuestion[]): Statement {
  return {
    sql: 'INSERT INTO openeg_progress_members (member_no) VALUES ? ON DUPLICATE KEY UPDATE member_no = VALUES(member_no)',
    parameters: [questions.map(({ key }) => [key.memberNo])],
  };
}

/** Writes lessons and members back, under the locks of `lockProgress`. */
export function storeProgress(changes: readonly { key: LessonKey; state: ProgressState }[]): Statement[] {
  return [
    {
      sql: `INSERT INTO openeg_progress_members (member_no, clock_ms, last_call_at, credited_ms) VALUES ?
        ON DUPLICATE KEY UPDATE clock_ms = VALUES(clock_ms), last_call_at = VALUES(last_call_at),
          credited_ms = VALUES(credited_ms)`,
      parameters: [
        changes.map(({ key, state: { member } }) => [key.memberNo, ...clockColumns(member.clock), member.creditedMs]),
      ],
    },
    {
      sql: `INSERT INTO openeg_video_progress
          (member_no, edu_no, chasi_no, project_no, completion_video_time, total_video_time, progress_rate, completed,
            completed_at, watched, refusals, clock_ms, last_call_at)
        VALUES ?
        ON DUPLICATE KEY UPDATE completion_video_time = VALUES(completion_video_time),
          total_video_time = VALUES(total_video_time), progress_rate = VALUES(progress_rate),
          completed = VALUES(completed), completed_at = VALUES(completed_at), watched = VALUES(watched),
          refusals = VALUES(refusals), clock_ms = VALUES(clock_ms), last_call_at = VALUES(last_call_at)`,
      parameters: [changes.map(({ key, state }) => lessonColumns(key, state.lesson))],
    },
  ];
}

function lessonColumns(key: LessonKey, lesson: LessonProgress): SqlValue[] {
  const { creditMs, rate } = summarize(lesson);
  const { completedAtMs, refusals } = lesson;
  return [
    key.memberNo,
    key.eduNo,
    key.chasiNo,
    key.projectNo,
    creditMs,
    lesson.lengthMs,
    rate,
    completedAtMs === null ? 0 : 1,
    completedAtMs === null ? null : new Date(completedAtMs),
    JSON.stringify(lesson.watched),
    refusals.length === 0
      ? null
      : JSON.stringify(refusals.map(({ atMs, milliseconds, reason }) => [atMs, milliseconds, reason])),
    ...clockColumns(lesson.clock),
  ];
}

/**
 * What is known of a lesson, its length the one in force, without touching its clock: for operators. undefined when the
 * member never opened it.
 */
export async function readProgress(database: Queryable, key: LessonKey): Promise<LessonProgress | undefined> {
  const question = [{ key, saveId: null }];
  const [lessons, lengths] = [selectLessons(question), selectLengths(question)];
  const [row] = await database.query<LessonRow>(lessons.sql, lessons.parameters);
  if (row === undefined) return undefined;
  const [length] = await database.query<LengthRow>(lengths.sql, lengths.parameters);
  const lesson = lessonOf(row);
  const lengthMs = lengthInForce({ lmsSeconds: length?.duration_seconds ?? null, keptMs: lesson.lengthMs });
  return { ...lesson, lengthMs };
}

function lessonOf(row: LessonRow | undefined): LessonProgress {
  if (row === undefined) return UNSEEN.lesson;
  const refusals = row.refusals === null ? [] : refusalsSchema.parse(JSON.parse(row.refusals));
  return {
    watched: watchedSchema.parse(JSON.parse(row.watched)),
    lengthMs: row.total_video_time,
    clock: clockOf(row.clock_ms, row.last_call_at),
    completedAtMs: row.completed_at?.getTime() ?? null,
    refusals: refusals.map(([atMs, milliseconds, reason]) => ({ atMs, milliseconds, reason })),
  };
}

function memberOf(row: MemberRow): MemberCredit {
  return { clock: clockOf(row.clock_ms, row.last_call_at), creditedMs: row.credited_ms };
}

function clockOf(elapsedMs: number | null, lastCallAt: Date | null): CreditClock | null {
  return elapsedMs === null || lastCallAt === null ? null : { elapsedMs, lastCallAtMs: lastCallAt.getTime() };
}

function clockColumns(clock: CreditClock | null): SqlValue[] {
  return clock === null ? [null, null] : [clock.elapsedMs, new Date(clock.lastCallAtMs)];
}
