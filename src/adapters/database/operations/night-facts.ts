import type { DataType } from '../../../domain/collection/data-type';
import { nightOfIncident } from '../../../domain/operations/incident-rules';
import {
  latestDueNight,
  latestStartedNight,
  nightOf,
  type Night,
  type NightPlan,
} from '../../../domain/operations/night';
import {
  isNightExpected,
  type NightGaps,
  type NightRun,
  type NightRuns,
  type StatisticsFacts,
} from '../../../domain/operations/service-facts';
import type { LearningDate } from '../../../domain/shared/learning-date';
import { databaseTime, type Queryable } from '../core/database';
import { listOpenIncidents } from './incidents';
import { readServiceState } from './service-state';

/* The part of the service's facts that is about nightly collections. */

export async function readLatestNight(db: Queryable, { collectionTime }: NightPlan): Promise<NightRuns> {
  const { date } = latestStartedNight(await databaseTime(db), collectionTime);
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
  const runs = rows.map((row) => ({
    skId: row.sk_id,
    dataType: row.data_type,
    status: row.status,
    rowCount: row.row_count,
    finishedAt: row.finished_at,
    error: row.error,
  }));
  return { date, runs };
}

export async function readDueNight(db: Queryable, plan: NightPlan): Promise<NightGaps> {
  const [now, state] = await Promise.all([databaseTime(db), readServiceState(db)]);
  const night = latestDueNight(now, plan.collectionTime);
  const gaps = await readGaps(db, night, now, plan.dataTypes);
  return isNightExpected(night, now, state) ? gaps : { ...gaps, missing: [] };
}

export async function readIncidentNights(db: Queryable, plan: NightPlan): Promise<NightGaps[]> {
  const dates = (await listOpenIncidents(db)).flatMap(({ key }) => nightOfIncident(key) ?? []);
  const now = await databaseTime(db);
  return Promise.all(dates.map((date) => readGaps(db, nightOf(date, plan.collectionTime), now, plan.dataTypes)));
}

/** A cohort that was imported after the night was to start is not missing. */
async function readGaps(
  db: Queryable,
  { date, startsAt, dueAt }: Night,
  now: Date,
  dataTypes: readonly DataType[],
): Promise<NightGaps> {
  const rows = await db.query<{ sk_id: string; stored_types: number; reason: string | null; progress_at: Date | null }>(
    `SELECT c.sk_id, COUNT(r.stored_at) AS stored_types, MAX(IF(r.status = 'failed', r.error, NULL)) AS reason,
       MAX(COALESCE(r.finished_at, r.started_at)) AS progress_at
     FROM openeg_gather_town_info c
     LEFT JOIN openeg_collection_runs r
       ON r.sk_id = c.sk_id AND r.collection_date = ? AND r.data_type IN (?)
     WHERE c.active = 1 AND c.imported_at < ?
     GROUP BY c.sk_id ORDER BY c.sk_id`,
    [date, dataTypes, startsAt],
  );
  const progressedAtMs = Math.max(...rows.map(({ progress_at }) => progress_at?.getTime() ?? Number.NEGATIVE_INFINITY));
  return {
    date,
    dueSeconds: (now.getTime() - dueAt.getTime()) / 1000,
    lastProgressSeconds: Number.isFinite(progressedAtMs) ? (now.getTime() - progressedAtMs) / 1000 : null,
    cohorts: rows.length,
    missing: rows
      .filter(({ stored_types }) => stored_types < dataTypes.length)
      .map((row) => ({ skId: row.sk_id, reason: row.reason })),
  };
}

export async function readCollectionAges(db: Queryable): Promise<ReadonlyMap<DataType, number>> {
  const rows = await db.query<{ data_type: DataType; age_seconds: number }>(
    `SELECT data_type, TIMESTAMPDIFF(SECOND, MAX(stored_at), UTC_TIMESTAMP(3)) AS age_seconds
     FROM openeg_dataset_readings GROUP BY data_type`,
  );
  return new Map(rows.map((row) => [row.data_type, row.age_seconds]));
}

export async function readStatisticsFacts(db: Queryable): Promise<StatisticsFacts> {
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
