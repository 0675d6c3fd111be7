import type { DataType } from '../../../domain/collection/data-type';
import type { LearningDate } from '../../../domain/shared/learning-date';
import type { Queryable } from '../core/database';

/* What operators ask of the tables; nothing in it is a secret or a learner's. */

export interface AlertsOverview {
  waiting: number;
  /** Null when none waits. */
  oldestWaitingSeconds: number | null;
  /** Chat's last words about one that waits. */
  lastFailure: string | null;
  /** Given up; they need a person. */
  dead: number;
}

export async function readAlertsOverview(db: Queryable): Promise<AlertsOverview> {
  const rows = await db.query<{ state: string; messages: number; oldest_seconds: number }>(
    `SELECT state, COUNT(*) AS messages, TIMESTAMPDIFF(SECOND, MIN(created_at), UTC_TIMESTAMP(3)) AS oldest_seconds
     FROM openeg_chat_outbox WHERE state IN ('waiting', 'dead') GROUP BY state`,
  );
  const [failure] = await db.query<{ failure: string }>(
    "SELECT failure FROM openeg_chat_outbox WHERE state = 'waiting' AND failure IS NOT NULL ORDER BY id DESC LIMIT 1",
  );
  const waiting = rows.find((row) => row.state === 'waiting');
  return {
    waiting: waiting?.messages ?? 0,
    oldestWaitingSeconds: waiting?.oldest_seconds ?? null,
    lastFailure: failure?.failure ?? null,
    dead: rows.find((row) => row.state === 'dead')?.messages ?? 0,
  };
}

export interface FailingCohort {
  skId: string;
  cohortName: string;
  since: Date;
  code: string;
  message: string;
}

/** Active cohorts whose last inquiry check failed, those that fail longest first. */
export async function listFailingCohorts(db: Queryable): Promise<FailingCohort[]> {
  const rows = await db.query<{
    sk_id: string;
    cohort_name: string;
    failing_since: Date;
    failure_code: string | null;
    failure_message: string | null;
  }>(
    `SELECT c.sk_id, t.cohort_name, c.failing_since, c.failure_code, c.failure_message
     FROM openeg_inquiry_checks c JOIN openeg_gather_town_info t ON t.sk_id = c.sk_id
     WHERE t.active = 1 AND c.failing_since IS NOT NULL ORDER BY c.failing_since, c.sk_id`,
  );
  return rows.map((row) => ({
    skId: row.sk_id,
    cohortName: row.cohort_name,
    since: row.failing_since,
    code: row.failure_code ?? 'UNEXPECTED',
    message: row.failure_message ?? '',
  }));
}

export interface NightRun {
  skId: string;
  dataType: DataType;
  status: 'running' | 'stored' | 'failed';
  rowCount: number | null;
  finishedAt: Date | null;
  error: string | null;
}

/** The newest try of each cohort and data type for the date. */
export async function listRunsOfDate(db: Queryable, date: LearningDate): Promise<NightRun[]> {
  const rows = await db.query<{
    sk_id: string;
    data_type: DataType;
    status: NightRun['status'];
    row_count: number | null;
    finished_at: Date | null;
    error: string | null;
  }>(
    `SELECT sk_id, data_type, status, row_count, finished_at, error FROM openeg_collection_runs
     WHERE collection_date = ? ORDER BY sk_id, data_type`,
    [date],
  );
  return rows.map((row) => ({
    skId: row.sk_id,
    dataType: row.data_type,
    status: row.status,
    rowCount: row.row_count,
    finishedAt: row.finished_at,
    error: row.error,
  }));
}

export interface TriggersOverview {
  lastSent: { date: LearningDate; at: Date } | null;
  /** Triggers that were given up and that no later one made up for. */
  failed: { date: LearningDate; cohorts: number; error: string }[];
}

export async function readTriggersOverview(db: Queryable): Promise<TriggersOverview> {
  const [sent] = await db.query<{ target_date: LearningDate; sent_at: Date }>(
    `SELECT target_date, sent_at FROM openeg_statistics_triggers WHERE sent_at IS NOT NULL ORDER BY sent_at DESC LIMIT 1`,
  );
  const failed = await db.query<{ target_date: LearningDate; sk_ids: string; error: string | null }>(
    `SELECT target_date, sk_ids, error FROM openeg_statistics_triggers WHERE state = 'failed' ORDER BY target_date, id`,
  );
  return {
    lastSent: sent === undefined ? null : { date: sent.target_date, at: sent.sent_at },
    failed: failed.map((row) => ({
      date: row.target_date,
      cohorts: (JSON.parse(row.sk_ids) as unknown[]).length,
      error: row.error ?? '',
    })),
  };
}

/** Who talks to the LMS; undefined before anybody ever did. */
export async function readLmsHolder(db: Queryable): Promise<{ holder: string; held: boolean } | undefined> {
  const [row] = await db.query<{ holder: string; held: number }>(
    "SELECT holder, expires_at > UTC_TIMESTAMP(3) AS held FROM openeg_leases WHERE name = 'lms'",
  );
  return row && { holder: row.holder, held: row.held === 1 };
}
