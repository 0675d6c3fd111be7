import { createHash } from 'node:crypto';
import type { LessonKey } from '../../../domain/completion/lesson-key';
import type { RefusedCompletions, UnknownCohorts } from '../../../domain/operations/service-facts';
import type { Queryable, Statement } from '../core/database';

export interface VideoCompletion extends LessonKey {
  completionId: string;
  completedAt: Date;
  /** 0 to 1, at the time of completion. */
  progressRate: number;
  /** null until the LMS accepted the report. */
  reportedAt: Date | null;
}

/**
 * A UUID made only of the lesson and the member (decision 0011). If the row is lost and the lesson is completed again,
 * the LMS recognizes the completion.
 */
export function completionIdOf({ projectNo, eduNo, chasiNo, memberNo }: LessonKey): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([projectNo, eduNo, chasiNo, memberNo]))
    .digest();
  // RFC 9562: version 8 (a rule of the application) and the variant.
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  return digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Records a completion in the transaction of the call that reached it. A second time changes nothing. */
export function insertCompletion(key: LessonKey, completed: { at: Date; progressRate: number }): Statement {
  return {
    sql: `INSERT INTO openeg_video_completions
        (completion_id, member_no, edu_no, chasi_no, project_no, progress_rate, completed_at)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE completion_id = completion_id`,
    parameters: [
      completionIdOf(key),
      key.memberNo,
      key.eduNo,
      key.chasiNo,
      key.projectNo,
      completed.progressRate,
      completed.at,
    ],
  };
}

export async function findCompletion(database: Queryable, completionId: string): Promise<VideoCompletion | undefined> {
  const [completion] = await database.query<VideoCompletion>(
    `SELECT completion_id AS completionId, member_no AS memberNo, edu_no AS eduNo, chasi_no AS chasiNo,
       project_no AS projectNo, progress_rate AS progressRate, completed_at AS completedAt, reported_at AS reportedAt
     FROM openeg_video_completions WHERE completion_id = ?`,
    [completionId],
  );
  return completion;
}

/** Records that the LMS accepted the report. The first time stays. */
export async function markReported(database: Queryable, completionId: string): Promise<void> {
  await database.execute(
    `UPDATE openeg_video_completions SET reported_at = UTC_TIMESTAMP(3), refusal = NULL
     WHERE completion_id = ? AND reported_at IS NULL`,
    [completionId],
  );
}

/** Records why a person has to act before the completion can be reported. */
export async function markRefused(
  database: Queryable,
  completionId: string,
  { code, message }: { code: string; message: string },
): Promise<void> {
  await database.execute(
    'UPDATE openeg_video_completions SET refusal = LEFT(?, 600) WHERE completion_id = ? AND reported_at IS NULL',
    [`${code}: ${message}`, completionId],
  );
}

/** Completions for which a person has to act, by cohort and reason. Cohorts that nobody imported are not among them. */
export async function readRefusedCompletions(database: Queryable): Promise<RefusedCompletions[]> {
  const rows = await database.query<{ skId: string; refusal: string; waiting: number }>(
    `SELECT v.project_no AS skId, v.refusal, COUNT(*) AS waiting
     FROM openeg_video_completions v JOIN openeg_gather_town_info c ON c.sk_id = v.project_no
     WHERE v.reported_at IS NULL AND v.refusal IS NOT NULL GROUP BY v.project_no, v.refusal ORDER BY v.project_no`,
  );
  return rows.map(({ skId, refusal, waiting }) => {
    const colon = refusal.indexOf(': ');
    return { skId, waiting, code: refusal.slice(0, colon), message: refusal.slice(colon + 2) };
  });
}

/** Records that Temporal now runs the reports of these completions. */
export async function markReportStarted(database: Queryable, completionIds: readonly string[]): Promise<void> {
  if (completionIds.length === 0) return;
  await database.execute(
    'UPDATE openeg_video_completions SET report_started_at = UTC_TIMESTAMP(3) WHERE completion_id IN (?)',
    [completionIds],
  );
}

/**
 * Ids of completions without a running report: older than `graceMs` and never started, or started more than
 * `confirmedForMs` ago, because Temporal can lose its database. At most `limit`, the never started ones first.
 */
export async function listUnreported(
  database: Queryable,
  { graceMs, confirmedForMs, limit }: { graceMs: number; confirmedForMs: number; limit: number },
): Promise<string[]> {
  const rows = await database.query<{ completionId: string }>(
    `SELECT completion_id AS completionId FROM openeg_video_completions
     WHERE reported_at IS NULL
       AND completed_at <= UTC_TIMESTAMP(3) - INTERVAL ? SECOND
       AND (report_started_at IS NULL OR report_started_at <= UTC_TIMESTAMP(3) - INTERVAL ? SECOND)
     ORDER BY report_started_at LIMIT ?`,
    [graceMs / 1000, confirmedForMs / 1000, limit],
  );
  return rows.map(({ completionId }) => completionId);
}

export async function countUnreported(database: Queryable): Promise<number> {
  const [row] = await database.query<{ waiting: number }>(
    'SELECT COUNT(*) AS waiting FROM openeg_video_completions WHERE reported_at IS NULL',
  );
  return row?.waiting ?? 0;
}

/** Cohorts with unreported completions that nobody imported: their number, and at most ten ids. */
export async function readUnknownCohorts(database: Queryable): Promise<UnknownCohorts> {
  const rows = await database.query<{ skId: string; cohorts: number }>(
    `SELECT v.project_no AS skId, COUNT(*) OVER () AS cohorts FROM openeg_video_completions v
     WHERE v.reported_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM openeg_gather_town_info c WHERE c.sk_id = v.project_no)
     GROUP BY v.project_no ORDER BY COUNT(DISTINCT v.member_no) DESC, v.project_no LIMIT 10`,
  );
  return { count: rows[0]?.cohorts ?? 0, skIds: rows.map(({ skId }) => skId) };
}
