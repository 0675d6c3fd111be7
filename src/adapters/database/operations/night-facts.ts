import type { DataType } from '../../../domain/collection/data-type';
import type { WatchFacts } from '../../../domain/operations/incident-rules';
import type { LearningDate } from '../../../domain/shared/learning-date';
import { collectionStartOf } from '../../../domain/operations/night';
import type { Queryable } from '../core/database';
import { databaseTime } from '../core/database';
import { listFailingCohorts } from './service-facts';
import { loadLastTick, loadMonitorState, loadServiceWanted } from './service-state';
import { readUnknownCohorts } from '../completion/video-completions';

export interface NightExpectation {
  /** `HH:MM`, in Asia/Seoul. */
  collectionTime: string;
  /** What each cohort stores in a night. */
  dataTypes: readonly DataType[];
}

export interface MissingCohort {
  skId: string;
  /** Why, where a try left a reason; null when none was made or none ended. */
  reason: string | null;
}

/** What the silence watch judges, on the database's clock. `nights` are the dates that it asks about. */
export async function readWatchFacts(
  db: Queryable,
  nights: readonly LearningDate[],
  expectation: NightExpectation,
): Promise<WatchFacts> {
  const now = await databaseTime(db);
  const failing = await listFailingCohorts(db);
  const missing = nights.map(async (date) => ({ date, missing: await listMissingCohorts(db, date, expectation) }));
  return {
    monitor: await loadMonitorState(db),
    lastTick: await loadLastTick(db),
    failing: failing.map(({ since, ...cohort }) => ({
      ...cohort,
      failingSeconds: Math.max(0, (now.getTime() - since.getTime()) / 1000),
    })),
    held: await listHeldAccounts(db),
    alerts: await readWaiting(db, ALERTS),
    completions: await readWaiting(db, COMPLETIONS),
    unknownCohorts: await readUnknownCohorts(db),
    nights: await Promise.all(missing),
  };
}

/** Whether the service was started when the collection of the date was to begin, and has been since. */
export async function isNightExpected(
  db: Queryable,
  date: LearningDate,
  { collectionTime }: NightExpectation,
): Promise<boolean> {
  const [now, service] = [await databaseTime(db), await loadServiceWanted(db)];
  if (service?.wanted !== true) return false;
  return now.getTime() - service.ageSeconds * 1000 <= collectionStartOf(date, collectionTime).getTime();
}

/**
 * Active cohorts for which not every data type of the night is stored. A cohort that was imported after the night's
 * collection began is not missing.
 */
export async function listMissingCohorts(
  db: Queryable,
  date: LearningDate,
  { collectionTime, dataTypes }: NightExpectation,
): Promise<MissingCohort[]> {
  const startsAt = collectionStartOf(date, collectionTime);
  const rows = await db.query<{ sk_id: string; reason: string | null }>(
    `SELECT c.sk_id, COUNT(r.stored_at) AS stored, MAX(IF(r.status = 'failed', r.error, NULL)) AS reason
     FROM openeg_gather_town_info c
     JOIN openeg_inquiry_checks k ON k.sk_id = c.sk_id
     LEFT JOIN openeg_collection_runs r
       ON r.sk_id = c.sk_id AND r.collection_date = ? AND r.data_type IN (?)
     WHERE c.active = 1 AND k.begins_at + INTERVAL 1 HOUR < ?
     GROUP BY c.sk_id HAVING stored < ? ORDER BY c.sk_id`,
    [date, dataTypes, startsAt, dataTypes.length],
  );
  return rows.map((row) => ({ skId: row.sk_id, reason: row.reason }));
}

/** Accounts that were refused and not accepted since, whether their half hour is over or not. */
async function listHeldAccounts(db: Queryable): Promise<WatchFacts['held']> {
  const rows = await db.query<{ login_id: string; held_reason: string | null; sk_id: string }>(
    `SELECT a.login_id, a.held_reason, c.sk_id FROM openeg_lms_accounts a
     JOIN openeg_gather_town_info c ON c.login_id = a.login_id
     WHERE a.held_until IS NOT NULL AND c.active = 1 ORDER BY c.sk_id`,
  );
  const accounts = new Map<string, { skIds: string[]; reason: string }>();
  for (const { login_id: loginId, held_reason: reason, sk_id: skId } of rows) {
    const account = accounts.get(loginId) ?? { skIds: [], reason: reason ?? '' };
    account.skIds.push(skId);
    accounts.set(loginId, account);
  }
  return [...accounts.values()];
}

const ALERTS = `SELECT COUNT(*) AS waiting, TIMESTAMPDIFF(SECOND, MIN(created_at), UTC_TIMESTAMP(3)) AS oldest_seconds
  FROM openeg_chat_outbox WHERE state = 'waiting' AND kind = 'inquiry'`;

/** Unknown cohorts are a fact of their own; of an inactive one the operators are told by whoever tried to report for it. */
const COMPLETIONS = `SELECT COUNT(*) AS waiting, TIMESTAMPDIFF(SECOND, MIN(completed_at), UTC_TIMESTAMP(3)) AS oldest_seconds
  FROM openeg_video_completions v JOIN openeg_gather_town_info c ON c.sk_id = v.project_no AND c.active = 1
  WHERE v.reported_at IS NULL`;

async function readWaiting(db: Queryable, sql: string): Promise<WatchFacts['alerts']> {
  const [row] = await db.query<{ waiting: number; oldest_seconds: number | null }>(sql);
  return { waiting: row?.waiting ?? 0, oldestSeconds: row?.oldest_seconds ?? 0 };
}
