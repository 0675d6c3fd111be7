import type { Database, Queryable } from '../adapters/database/core/database';
import { databaseTime } from '../adapters/database/core/database';
import { listFailingCohorts, readAlertsOverview } from '../adapters/database/operations/service-facts';
import { loadLastTick, loadMonitorState } from '../adapters/database/operations/service-state';
import { countUnreported } from '../adapters/database/completion/video-completions';
import {
  isNightExpected,
  listMissingCohorts,
  type NightExpectation,
} from '../adapters/database/operations/night-facts';
import type { Metrics } from '../adapters/metrics';
import { latestDueNight } from '../domain/operations/night';

/** A scrape waits no longer for a database that does not answer. */
const DEADLINE_MS = 4_000;

/**
 * Sets the gauges that are read off the database; called at each scrape. What can't be read is not reported at all: an
 * old value would tell that all is well, and its absence raises the alarm.
 */
export async function collectDatabaseMetrics(
  database: Database,
  metrics: Metrics,
  expectation: NightExpectation,
): Promise<void> {
  const deadline = new Promise<undefined>((resolve) => setTimeout(resolve, DEADLINE_MS, undefined).unref());
  const report = await Promise.race([readReport(database, expectation).catch(() => undefined), deadline]);
  const set = (gauge: { set(value: number): void; remove(): void }, value: number | undefined) =>
    value === undefined ? gauge.remove() : gauge.set(value);
  set(metrics.lastTickAgeSeconds, report?.lastTickAgeSeconds);
  set(metrics.tickIntervalSeconds, report?.tickIntervalSeconds ?? undefined);
  set(metrics.monitorRunning, report && Number(report.isMonitorRunning));
  set(metrics.alertsWaiting, report?.alerts.waiting);
  set(metrics.alertsOldestAgeSeconds, report && (report.alerts.oldestWaitingSeconds ?? 0));
  set(metrics.cohortsFailing, report?.failingSeconds.length);
  set(metrics.cohortsFailingOldestSeconds, report && Math.max(0, ...report.failingSeconds));
  set(metrics.nightCohortsMissing, report?.nightMissing);
  set(metrics.completionsWaiting, report?.completionsWaiting);
  metrics.collectionAgeSeconds.reset();
  for (const [dataType, ageSeconds] of report?.collectionAges ?? []) {
    metrics.collectionAgeSeconds.set({ data_type: dataType }, ageSeconds);
  }
}

async function readReport(database: Queryable, expectation: NightExpectation) {
  const now = await databaseTime(database);
  const night = latestDueNight(now, expectation.collectionTime).date;
  const [lastTick, monitor, alerts, failing, missing, completionsWaiting, collectionAges] = await Promise.all([
    loadLastTick(database),
    loadMonitorState(database),
    readAlertsOverview(database),
    listFailingCohorts(database),
    isNightExpected(database, night, expectation).then((expected) =>
      expected ? listMissingCohorts(database, night, expectation) : [],
    ),
    countUnreported(database),
    readCollectionAges(database),
  ]);
  return {
    lastTickAgeSeconds: lastTick?.ageSeconds,
    tickIntervalSeconds: lastTick && lastTick.intervalMs / 1000,
    isMonitorRunning: monitor?.state === 'running',
    alerts,
    failingSeconds: failing.map(({ since }) => (now.getTime() - since.getTime()) / 1000),
    nightMissing: missing.length,
    completionsWaiting,
    collectionAges,
  };
}

async function readCollectionAges(database: Queryable): Promise<Map<string, number>> {
  const rows = await database.query<{ data_type: string; age_seconds: number }>(
    `SELECT data_type, TIMESTAMPDIFF(SECOND, MAX(stored_at), UTC_TIMESTAMP(3)) AS age_seconds
     FROM openeg_dataset_readings GROUP BY data_type`,
  );
  return new Map(rows.map((row) => [row.data_type, row.age_seconds]));
}
