import { z } from 'zod';
import type { LessonKey } from '../../domain/completion/lesson-key';
import { summarize, UNSEEN, type LessonProgress, type ProgressState } from '../../domain/completion/lesson-progress';
import { REFUSAL_REASONS } from '../../domain/completion/refusal';
import type { CreditClock } from '../../domain/completion/credit-clock';
import type { Queryable, SqlValue } from './database';

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

interface ProgressRow {
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
const LOCK = `SELECT UTC_TIMESTAMP(3) AS now,
    m.clock_ms AS member_clock_ms, m.last_call_at AS member_last_call_at, m.credited_ms AS member_credited_ms,
    p.member_no AS lesson_seen, p.total_video_time, p.watched, p.refusals, p.clock_ms, p.last_call_at, p.completed_at,
    (SELECT r.duration_seconds FROM openeg_roadmap_lessons r WHERE r.sk_id = ? AND r.lesson_id = ?) AS lms_seconds,
    s.body_digest
  FROM openeg_progress_members m
  LEFT JOIN openeg_video_progress p
    ON p.member_no = m.member_no AND p.edu_no = ? AND p.chasi_no = ? AND p.project_no = ?
  LEFT JOIN openeg_progress_saves s ON s.member_no = m.member_no AND s.save_id = ?
  WHERE m.member_no = ?`;

/** Locks the member's row and the lesson's, and makes them when this is the first call. `saveId` is null without one. */
export async function lockProgress(
  transaction: Queryable,
  key: LessonKey,
  saveId: Buffer | null,
): Promise<LockedProgress> {
  const row = (await selectProgress(transaction, key, saveId)) ?? (await makeRows(transaction, key, saveId));
  return {
    state: stateOf(row),
    now: row.now,
    lmsSeconds: row.lms_seconds,
    savedDigest: row.body_digest,
  };
}

async function selectProgress(
  transaction: Queryable,
  key: LessonKey,
  saveId: Buffer | null,
): Promise<ProgressRow | undefined> {
  const { projectNo, eduNo, chasiNo, memberNo } = key;
  const [row] = await transaction.query<ProgressRow>(`${LOCK} FOR UPDATE`, [
    projectNo,
    chasiNo,
    eduNo,
    chasiNo,
    projectNo,
    saveId,
    memberNo,
  ]);
  return row === undefined || row.lesson_seen === null ? undefined : row;
}

/**
 * Two first calls at once: the second waits at the insert. An upsert that changes nothing takes the exclusive lock
 * right away; INSERT IGNORE takes a shared one, which two callers would then both want to raise.
 */
async function makeRows(transaction: Queryable, key: LessonKey, saveId: Buffer | null): Promise<ProgressRow> {
  const { projectNo, eduNo, chasiNo, memberNo } = key;
  await transaction.execute(
    'INSERT INTO openeg_progress_members (member_no) VALUES (?) ON DUPLICATE KEY UPDATE member_no = member_no',
    [memberNo],
  );
  await transaction.execute(
    `INSERT INTO openeg_video_progress (member_no, edu_no, chasi_no, project_no) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE member_no = member_no`,
    [memberNo, eduNo, chasiNo, projectNo],
  );
  const row = await selectProgress(transaction, key, saveId);
  if (row === undefined) throw new Error('A row that this transaction made is not there.');
  return row;
}

/** Writes both rows back in one statement. Only for what `lockProgress` locked in the same transaction. */
export async function storeProgress(transaction: Queryable, key: LessonKey, state: ProgressState): Promise<void> {
  const { lesson, member } = state;
  const { creditMs, rate } = summarize(lesson);
  await transaction.execute(
    `UPDATE openeg_progress_members m, openeg_video_progress p
     SET m.clock_ms = ?, m.last_call_at = ?, m.credited_ms = ?,
       p.completion_video_time = ?, p.total_video_time = ?, p.progress_rate = ?, p.completed = ?, p.completed_at = ?,
       p.watched = ?, p.refusals = ?, p.clock_ms = ?, p.last_call_at = ?
     WHERE m.member_no = ? AND p.member_no = ? AND p.edu_no = ? AND p.chasi_no = ? AND p.project_no = ?`,
    [
      ...clockColumns(member.clock),
      member.creditedMs,
      creditMs,
      lesson.lengthMs,
      rate,
      lesson.completedAtMs === null ? 0 : 1,
      instant(lesson.completedAtMs),
      JSON.stringify(lesson.watched),
      lesson.refusals.length === 0
        ? null
        : JSON.stringify(lesson.refusals.map(({ atMs, milliseconds, reason }) => [atMs, milliseconds, reason])),
      ...clockColumns(lesson.clock),
      key.memberNo,
      key.memberNo,
      key.eduNo,
      key.chasiNo,
      key.projectNo,
    ],
  );
}

/** What is known of a lesson without touching its clock: for operators. A lesson never seen is one without credit. */
export async function readProgress(database: Queryable, key: LessonKey): Promise<LessonProgress> {
  const { projectNo, eduNo, chasiNo, memberNo } = key;
  const parameters = [projectNo, chasiNo, eduNo, chasiNo, projectNo, null, memberNo];
  const [row] = await database.query<ProgressRow>(LOCK, parameters);
  return row === undefined ? UNSEEN.lesson : stateOf(row).lesson;
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

function instant(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
