import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { REFUSAL_REASONS } from '../domain/completion/refusal';
import { DATA_TYPES } from '../domain/collection/data-type';

const QUICK_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const SLOW_SECONDS = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800];

/**
 * Every metric of the service; docs/operations/metrics.md lists them and a test holds list and code together. Labels
 * hold operations, outcomes, reasons and data types: nothing that grows with people. Gauges that are read off the
 * database at scrape time are set by `collectDatabaseMetrics`.
 */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const metrics = {
    registry,
    lastTickAgeSeconds: new Gauge({
      registers,
      name: 'openeg_tick_last_age_seconds',
      help: 'Seconds since the last inquiry tick that checked every cohort it should (failed cohorts included) ended.',
    }),
    tickIntervalSeconds: new Gauge({
      registers,
      name: 'openeg_tick_interval_seconds',
      help: 'Seconds from the start of one inquiry tick to the start of the next one, as of the last whole tick.',
    }),
    monitorRunning: new Gauge({
      registers,
      name: 'openeg_monitor_running',
      help: '1 while inquiries shall be checked, 0 before the start, after a stop and during a pause.',
    }),
    tickDurationSeconds: new Histogram({
      registers,
      name: 'openeg_tick_duration_seconds',
      help: 'Duration of one inquiry tick, start to end, in seconds.',
      buckets: SLOW_SECONDS,
    }),
    alertsWaiting: new Gauge({
      registers,
      name: 'openeg_alerts_waiting',
      help: 'Messages in the outbox that Google Chat has not taken yet.',
    }),
    alertsOldestAgeSeconds: new Gauge({
      registers,
      name: 'openeg_alerts_oldest_age_seconds',
      help: 'Age of the oldest waiting message in seconds; 0 when none waits.',
    }),
    alertDeliverySeconds: new Histogram({
      registers,
      name: 'openeg_alert_delivery_seconds',
      help: 'From the detection of an inquiry to the moment Google Chat took its alert, in seconds.',
      buckets: SLOW_SECONDS,
    }),
    alertsLate: new Counter({
      registers,
      name: 'openeg_alerts_late_total',
      help: 'Inquiries that only the daily look back over 24 hours found.',
    }),
    chatPosts: new Counter({
      registers,
      name: 'openeg_chat_posts_total',
      help: 'Posts to Google Chat by outcome (sent, retried, refused).',
      labelNames: ['outcome'],
    }),
    cohortsFailing: new Gauge({
      registers,
      name: 'openeg_cohorts_failing',
      help: 'Active cohorts whose last inquiry check failed.',
    }),
    cohortsFailingOldestSeconds: new Gauge({
      registers,
      name: 'openeg_cohorts_failing_oldest_seconds',
      help: 'Seconds for which the longest failing cohort has been failing; 0 when none fails.',
    }),
    lmsRequests: new Counter({
      registers,
      name: 'openeg_lms_requests_total',
      help: 'Requests to the LMS by operation and outcome (ok, retry, failed).',
      labelNames: ['operation', 'outcome'],
    }),
    lmsRequestSeconds: new Histogram({
      registers,
      name: 'openeg_lms_request_duration_seconds',
      help: 'Duration of one request to the LMS in seconds, waiting for a slot left out.',
      labelNames: ['operation'],
      buckets: QUICK_SECONDS,
    }),
    lmsInFlight: new Gauge({
      registers,
      name: 'openeg_lms_in_flight',
      help: 'Slots of the LMS limiter in use, abandoned requests included.',
    }),
    lmsWaiting: new Gauge({
      registers,
      name: 'openeg_lms_waiting',
      help: 'Requests that wait for a slot of the LMS limiter.',
    }),
    lmsLogins: new Counter({
      registers,
      name: 'openeg_lms_logins_total',
      help: 'Log-ins at the LMS by outcome (ok, refused, failed).',
      labelNames: ['outcome'],
    }),
    lmsLeaseHeld: new Gauge({
      registers,
      name: 'openeg_lms_lease_held',
      help: '1 while this process may talk to the LMS, 0 while it stands by.',
    }),
    rowsStored: new Counter({
      registers,
      name: 'openeg_collection_rows_stored_total',
      help: 'Rows that collections stored, by data type.',
      labelNames: ['data_type'],
    }),
    collections: new Counter({
      registers,
      name: 'openeg_collections_total',
      help: 'Collections of one cohort and data type by outcome (stored, failed).',
      labelNames: ['data_type', 'outcome'],
    }),
    collectionAgeSeconds: new Gauge({
      registers,
      name: 'openeg_collection_last_stored_age_seconds',
      help: 'Seconds since a collection of the data type was last stored.',
      labelNames: ['data_type'],
    }),
    nightCohortsMissing: new Gauge({
      registers,
      name: 'openeg_collection_night_missing',
      help: 'Active cohorts for which not every data type of the latest due night is stored.',
    }),
    statisticsTriggers: new Counter({
      registers,
      name: 'openeg_statistics_triggers_total',
      help: 'Triggers to the statistics server by outcome (sent, failed).',
      labelNames: ['outcome'],
    }),
    progressSaves: new Counter({
      registers,
      name: 'openeg_progress_saves_total',
      help: 'Calls that report progress, by outcome (accepted, repeated, rejected, unavailable).',
      labelNames: ['outcome'],
    }),
    creditRefusedSeconds: new Counter({
      registers,
      name: 'openeg_progress_credit_refused_seconds_total',
      help: 'Seconds of video for which credit was refused, by reason.',
      labelNames: ['reason'],
    }),
    completionsWaiting: new Gauge({
      registers,
      name: 'openeg_completions_waiting',
      help: 'Completions that the LMS has not taken yet.',
    }),
    databaseConnections: new Gauge({
      registers,
      name: 'openeg_database_connections',
      help: 'Connections of the database pool by state (open, idle) and callers that wait (waiting).',
      labelNames: ['state'],
    }),
  };
  // A gauge says nothing before it is set: the server's 0 for a tick's age would hide every worker's. One with labels has
  // no value to take away, and throws when it is asked to; the type does not show which is which.
  for (const metric of Object.values(metrics)) {
    if (metric instanceof Gauge && (metric as unknown as { labelNames: string[] }).labelNames.length === 0) {
      metric.remove();
    }
  }
  startAtZero(metrics);
  return metrics;
}

/** What first appears with a 1 has not increased, as Prometheus sees it: the first failure would stay unseen. */
function startAtZero(metrics: CountersOfWorkers): void {
  for (const outcome of ['sent', 'retried', 'refused']) metrics.chatPosts.inc({ outcome }, 0);
  for (const outcome of ['ok', 'refused', 'failed']) metrics.lmsLogins.inc({ outcome }, 0);
  for (const outcome of ['sent', 'failed']) metrics.statisticsTriggers.inc({ outcome }, 0);
  for (const dataType of DATA_TYPES) {
    metrics.rowsStored.inc({ data_type: dataType }, 0);
    for (const outcome of ['stored', 'failed']) metrics.collections.inc({ data_type: dataType, outcome }, 0);
  }
}

/** The same for what the HTTP server alone counts: where none is scraped these are absent, which raises an alarm. */
export function startProgressAtZero(metrics: Pick<Metrics, 'progressSaves' | 'creditRefusedSeconds'>): void {
  for (const outcome of ['accepted', 'repeated', 'rejected', 'unavailable']) metrics.progressSaves.inc({ outcome }, 0);
  for (const reason of REFUSAL_REASONS) metrics.creditRefusedSeconds.inc({ reason }, 0);
}

type CountersOfWorkers = Record<
  'chatPosts' | 'lmsLogins' | 'statisticsTriggers' | 'rowsStored' | 'collections',
  Counter
>;

export type Metrics = ReturnType<typeof createMetrics>;
