import { z } from 'zod';
import type { LessonKey } from '../../domain/completion/lesson-key';
import { summarize, type LessonProgress, type ProgressState } from '../../domain/completion/lesson-progress';
import { REFUSAL_REASONS } from '../../domain/completion/refusal';
import { lengthInForce } from '../../domain/completion/video-length';
import type { CreditClock } from '../../domain/completion/credit-clock';
import type { Queryable, SqlValue, Statement } from './database';

/** A member's lesson as it is now, locked (both its rows) until the transaction ends. */
export interface LockedProgress {
  state: ProgressState;
  /** Of the database's clock. */
  now: Date;
  /** The lesson's length in the collected roadmap, null when it knows none. */
  lmsSeconds: number | null;
  /** Digest of the body that this `saveId` came with before; null when it never came. */
  savedDigest: Buffer | null;
}

export interface ProgressRow {
  now: Date;
  member_clock_ms: number | null;
  member_last_call_at: Date | null;
  member_credited_ms: number;
  lesson_seen: string | null;
  total_video_time: number | null;
  watched: string | null;
  refusals: string | null;
  clock_ms: number | null;
  last_call_at: Date | null;
  completed_at: Date | null;
  lms_seconds: number | null;
  body_digest: Buffer | null;
}

const watchedSchema = z.array(z.tuple([z.number(), z.number()]));
const refusalsSchema = z.array(z.tuple([z.number(), z.number(), z.enum(REFUSAL_REASONS)]));

/*
 * One statement for everything that a save needs. The roadmap stands in a subquery, for a collection that rewrites it
 * must not make learners wait: a locking read locks the rows of its own FROM alone.
 */
const SELECT = `SELECT UTC_TIMESTAMP(3) AS now,
    m.clock_ms AS member_clock_ms, m.last_call_at AS member_last_call_at, m.credited_ms AS member_credited_ms,
    p.member_no AS lesson_seen, p.total_video_time, p.watched, p.refusals, p.clock_ms, p.last_call_at, p.completed_at,
    (SELECT r.duration_seconds FROM openeg_roadmap_lessons r WHERE r.sk_id = ? AND r.lesson_id = ?) AS lms_seconds,
    s.body_digest
  FROM openeg_progress_members m
  LEFT JOIN openeg_video_progress p
    ON p.member_no = m.member_no AND p.edu_no = ? AND p.chasi_no = ? AND p.project_no = ?
  LEFT JOIN openeg_progress_saves s ON s.member_no = m.member_no AND s.save_id = ?
  WHERE m.member_no = ?`;

/** Reads and locks the member's row and the lesson's. `saveId` is null for a call without one. */
export function lockProgress(key: LessonKey, saveId: Buffer | null): Statement {
  return { sql: `${SELECT} FOR UPDATE`, parameters: selectParameters(key, saveId) };
}

/** What `lockProgress` read; undefined when the rows have to be made first. */
export function lockedProgress([row]: readonly ProgressRow[]): LockedProgress | undefined {
  if (row === undefined || row.lesson_seen === null) return undefined;
  return { state: stateOf(row), now: row.now, lmsSeconds: row.lms_seconds, savedDigest: row.body_digest };
}

/**
 * Makes the rows of a first call. Of two at once the second waits at the insert: an upsert that changes nothing takes the
 * exclusive lock right away. INSERT IGNORE takes a shared one, which two callers would then both want to raise.
 */
export function makeProgressRows({ projectNo, eduNo, chasiNo, memberNo }: LessonKey): Statement[] {
  return [
    {
      sql: 'INSERT INTO openeg_progress_members (member_no) VALUES (?) ON DUPLICATE KEY UPDATE member_no = member_no',
      parameters: [memberNo],
    },
    {
      sql: `INSERT INTO openeg_video_progress (member_no, edu_no, chasi_no, project_no) VALUES (?, ?, ?, ?)
        ON DUPLICATE KEY UPDATE member_no = member_no`,
      parameters: [memberNo, eduNo, chasiNo, projectNo],
    },
  ];
}

/** Writes both rows back, under the locks of `lockProgress`. */
export function storeProgress(key: LessonKey, { lesson, member }: ProgressState): Statement[] {
  const { creditMs, rate } = summarize(lesson);
  return [
    {
      sql: 'UPDATE openeg_progress_members SET clock_ms = ?, last_call_at = ?, credited_ms = ? WHERE member_no = ?',
      parameters: [...clockColumns(member.clock), member.creditedMs, key.memberNo],
    },
    {
      sql: `UPDATE openeg_video_progress
        SET completion_video_time = ?, total_video_time = ?, progress_rate = ?, completed = ?, completed_at = ?,
          watched = ?, refusals = ?, clock_ms = ?, last_call_at = ?
        WHERE member_no = ? AND edu_no = ? AND chasi_no = ? AND project_no = ?`,
      parameters: [
        creditMs,
        lesson.lengthMs,
        rate,
        lesson.completedAtMs === null ? 0 : 1,
        lesson.completedAtMs === null ? null : new Date(lesson.completedAtMs),
        JSON.stringify(lesson.watched),
        lesson.refusals.length === 0
          ? null
          : JSON.stringify(lesson.refusals.map(({ atMs, milliseconds, reason }) => [atMs, milliseconds, reason])),
        ...clockColumns(lesson.clock),
        key.memberNo,
        key.eduNo,
        key.chasiNo,
        key.projectNo,
      ],
    },
  ];
}

/**
 * What is known of a lesson, its length the one in force, without touching its clock: for operators. undefined when the
 * member never opened it.
 */
export async function readProgress(database: Queryable, key: LessonKey): Promise<LessonProgress | undefined> {
  const locked = lockedProgress(await database.query<ProgressRow>(SELECT, selectParameters(key, null)));
  if (locked === undefined) return undefined;
  const { lesson } = locked.state;
  return { ...lesson, lengthMs: lengthInForce({ lmsSeconds: locked.lmsSeconds, keptMs: lesson.lengthMs }) };
}

function selectParameters({ projectNo, eduNo, chasiNo, memberNo }: LessonKey, saveId: Buffer | null): SqlValue[] {
  return [projectNo, chasiNo, eduNo, chasiNo, projectNo, saveId, memberNo];
}

function stateOf(row: ProgressRow): ProgressState {
  return {
    lesson: {
      watched: row.watched === null ? [] : watchedSchema.parse(JSON.parse(row.watched)),
      lengthMs: row.total_video_time,
      clock: clockOf(row.clock_ms, row.last_call_at),
      completedAtMs: row.completed_at?.getTime() ?? null,
      refusals:
        row.refusals === null
          ? []
          : refusalsSchema
              .parse(JSON.parse(row.refusals))
              .map(([atMs, milliseconds, reason]) => ({ atMs, milliseconds, reason })),
    },
    member: {
      clock: clockOf(row.member_clock_ms, row.member_last_call_at),
      creditedMs: row.member_credited_ms,
    },
  };
}

function clockOf(elapsedMs: number | null, lastCallAt: Date | null): CreditClock | null {
  return elapsedMs === null || lastCallAt === null ? null : { elapsedMs, lastCallAtMs: lastCallAt.getTime() };
}

function clockColumns(clock: CreditClock | null): SqlValue[] {
  return clock === null ? [null, null] : [clock.elapsedMs, new Date(clock.lastCallAtMs)];
}
