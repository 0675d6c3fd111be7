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

/** The rows that a call needs. `saveId` is null for a call without one. */
export interface ProgressLookup {
  key: LessonKey;
  saveId: Buffer | null;
}

/** The current state of a member's lesson. The member's row is locked until the transaction ends. */
export interface LockedProgress {
  state: ProgressState;
  /** The database's clock. */
  now: Date;
  /** The lesson's length in the collected roadmap, in seconds; null when the roadmap has none. */
  lmsSeconds: number | null;
  /** The digest of the save with this `saveId`; null if there is none. */
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
 * Reads the rows of these calls, each of another member. It first locks the members' rows in the order of their keys.
 * Every change of a lesson needs this lock, so the other rows need none, and a collection that rewrites the roadmap
 * delays no call (decision 0011).
 */
export function lockProgress(lookups: readonly ProgressLookup[]): Statement[] {
  return [
    {
      sql: `SELECT member_no, UTC_TIMESTAMP(3) AS now, clock_ms, last_call_at, credited_ms FROM openeg_progress_members
        WHERE member_no IN (?) ORDER BY member_no FOR UPDATE`,
      parameters: [lookups.map(({ key }) => key.memberNo)],
    },
    selectLessons(lookups),
    selectLengths(lookups),
    {
      sql: `SELECT member_no, body_digest FROM openeg_progress_saves
        WHERE ${anyOf(lookups, 'member_no = ? AND save_id = ?')}`,
      parameters: lookups.flatMap(({ key, saveId }) => [key.memberNo, saveId]),
    },
  ];
}

function selectLessons(lookups: readonly ProgressLookup[]): Statement {
  return {
    sql: `SELECT member_no, total_video_time, watched, refusals, clock_ms, last_call_at, completed_at
      FROM openeg_video_progress
      WHERE ${anyOf(lookups, 'member_no = ? AND edu_no = ? AND chasi_no = ? AND project_no = ?')}`,
    parameters: lookups.flatMap(({ key }) => [key.memberNo, key.eduNo, key.chasiNo, key.projectNo]),
  };
}

function selectLengths(lookups: readonly ProgressLookup[]): Statement {
  return {
    sql: `SELECT sk_id, lesson_id, duration_seconds FROM openeg_roadmap_lessons
      WHERE ${anyOf(lookups, 'sk_id = ? AND lesson_id = ?')}`,
    parameters: lookups.flatMap(({ key }) => [key.projectNo, key.chasiNo]),
  };
}

/** One index lookup for each call. */
function anyOf(lookups: readonly ProgressLookup[], point: string): string {
  return lookups.map(() => `(${point})`).join(' OR ');
}

/** The rows that `lockProgress` read, in the order of the lookups; undefined if the member has no row yet. */
export function lockedProgress(
  lookups: readonly ProgressLookup[],
  results: readonly object[][],
): (LockedProgress | undefined)[] {
  const [memberRows, lessonRows, lengthRows, saveRows] = results as [MemberRow[], LessonRow[], LengthRow[], SaveRow[]];
  const members = new Map(memberRows.map((row) => [row.member_no, row]));
  const lessons = new Map(lessonRows.map((row) => [row.member_no, row]));
  const lengths = new Map(lengthRows.map((row) => [lengthKey(row.sk_id, row.lesson_id), row.duration_seconds]));
  const digests = new Map(saveRows.map((row) => [row.member_no, row.body_digest]));
  return lookups.map(({ key }) => {
    const member = members.get(key.memberNo);
    if (member === undefined) return undefined;
    return {
      state: { lesson: lessonOf(lessons.get(key.memberNo)), member: memberOf(member) },
      now: member.now,
      lmsSeconds: lengths.get(lengthKey(key.projectNo, key.chasiNo)) ?? null,
      savedDigest: digests.get(key.memberNo) ?? null,
    };
  });
}

/** A unique key: neither identifier can hold a line break. */
function lengthKey(projectNo: string, chasiNo: string): string {
  return `${projectNo}\n${chasiNo}`;
}

/**
 * Inserts the rows of new members. An upsert that changes nothing takes the exclusive lock at once, so the second of two
 * first calls waits here. INSERT IGNORE takes a shared lock, and the two calls would deadlock.
 */
export function makeMembers(lookups: readonly ProgressLookup[]): Statement {
  return {
    sql: 'INSERT INTO openeg_progress_members (member_no) VALUES ? ON DUPLICATE KEY UPDATE member_no = VALUES(member_no)',
    parameters: [lookups.map(({ key }) => [key.memberNo])],
  };
}

/** Writes lessons and members under the locks of `lockProgress`. */
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
 * Reads a lesson for operators, with the length in force and without advancing its clock. undefined if the member never
 * opened it.
 */
export async function readProgress(database: Queryable, key: LessonKey): Promise<LessonProgress | undefined> {
  const lookup = [{ key, saveId: null }];
  const [lessons, lengths] = [selectLessons(lookup), selectLengths(lookup)];
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
