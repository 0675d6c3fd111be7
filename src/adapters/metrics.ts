import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { REFUSAL_REASONS } from '../domain/completion/refusal';
import { DATA_TYPES } from '../domain/collection/data-type';

const QUICK_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const SLOW_SECONDS = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800];

/**
 * Every metric of the service. docs/operations/metrics.md lists them, and a test holds list and code together. Labels are
 * operations, outcomes, reasons and data types: nothing that grows with people. `collectGauges` sets the gauges that show
 * facts of the database.
 */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ registers, name, help, labelNames });
  const histogram = <Label extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ) => new Histogram({ registers, name, help, buckets, labelNames });
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) => {
    const created = new Gauge({ registers, name, help, labelNames });
    // A new gauge without labels shows 0 until it is set: a tick's age of 0 in the server would hide every worker's.
    if (labelNames.length === 0) created.remove();
    return created;
  };
  const metrics = {
    registry,
    lastTickAgeSeconds: gauge(
      'openeg_tick_last_age_seconds',
      'Seconds since the last inquiry tick that checked every cohort it should (failed cohorts included) ended.',
    ),
    tickIntervalSeconds: gauge(
      'openeg_tick_interval_seconds',
      'Seconds from the start of one inquiry tick to the start of the next one, as of the last whole tick.',
    ),
    monitorRunning: gauge(
      'openeg_monitor_running',
      '1 while inquiries are to be checked, 0 before the start, after a stop and during a pause.',
    ),
    tickDurationSeconds: histogram(
      'openeg_tick_duration_seconds',
      'Duration of one inquiry tick, start to end, in seconds.',
      SLOW_SECONDS,
    ),
    alertsWaiting: gauge('openeg_alerts_waiting', 'Messages in the outbox that Google Chat has not taken yet.'),
    alertsOldestAgeSeconds: gauge(
      'openeg_alerts_oldest_age_seconds',
      'Age of the oldest waiting message in seconds; 0 when none waits.',
    ),
    alertDeliverySeconds: histogram(
      'openeg_alert_delivery_seconds',
      'From the detection of an inquiry to the moment Google Chat took its alert, in seconds.',
      SLOW_SECONDS,
    ),
    alertsLate: counter('openeg_alerts_late_total', 'Inquiries that only the daily check of the last 24 hours found.'),
    chatPosts: counter('openeg_chat_posts_total', 'Posts to Google Chat by outcome (sent, retried, refused).', [
      'outcome',
    ]),
    cohortsFailing: gauge('openeg_cohorts_failing', 'Active cohorts whose last inquiry check failed.'),
    cohortsFailingOldestSeconds: gauge(
      'openeg_cohorts_failing_oldest_seconds',
      'Seconds for which the longest failing cohort has been failing; 0 when none fails.',
    ),
    lmsRequests: counter(
      'openeg_lms_requests_total',
      'Requests to the LMS by operation and outcome (ok, retry, failed).',
      ['operation', 'outcome'],
    ),
    lmsRequestSeconds: histogram(
      'openeg_lms_request_duration_seconds',
      'Duration of one request to the LMS in seconds, without the wait for a slot.',
      QUICK_SECONDS,
      ['operation'],
    ),
    lmsInFlight: gauge('openeg_lms_in_flight', 'Slots of the LMS limiter in use, abandoned requests included.'),
    lmsWaiting: gauge('openeg_lms_waiting', 'Requests that wait for a slot of the LMS limiter.'),
    lmsLogins: counter('openeg_lms_logins_total', 'Log-ins at the LMS by outcome (ok, refused, failed).', ['outcome']),
    lmsLeaseHeld: gauge('openeg_lms_lease_held', '1 while this process may talk to the LMS, 0 while it stands by.'),
    rowsStored: counter('openeg_collection_rows_stored_total', 'Rows that collections stored, by data type.', [
      'data_type',
    ]),
    collections: counter(
      'openeg_collections_total',
      'Tries of one cohort and data type by outcome (stored, failed). A night tries again in each pass.',
      ['data_type', 'outcome'],
    ),
    collectionAgeSeconds: gauge(
      'openeg_collection_last_stored_age_seconds',
      'Seconds since a collection of the data type was last stored.',
      ['data_type'],
    ),
    nightCohortsMissing: gauge(
      'openeg_collection_night_missing',
      'Active cohorts of which the latest due night is not stored whole; 0 while its passes go on.',
    ),
    statisticsTriggers: counter(
      'openeg_statistics_triggers_total',
      'Triggers to the statistics server by outcome (sent, failed).',
      ['outcome'],
    ),
    progressSaves: counter(
      'openeg_progress_saves_total',
      'Calls that report progress, by outcome (accepted, repeated, rejected, unavailable).',
      ['outcome'],
    ),
    creditRefusedSeconds: counter(
      'openeg_progress_credit_refused_seconds_total',
      'Seconds of video for which credit was refused, by reason.',
      ['reason'],
    ),
    completionsWaiting: gauge('openeg_completions_waiting', 'Completions that the LMS has not taken yet.'),
    databaseConnections: gauge(
      'openeg_database_connections',
      'Connections of the database pool by state (open, idle) and callers that wait (waiting).',
      ['state'],
    ),
  };
  startAtZero(metrics);
  return metrics;
}

/** Starts the counters at 0: `increase()` ignores a series' first sample, so a first failure would stay unseen. */
function startAtZero(metrics: CountersOfWorkers): void {
  for (const outcome of ['sent', 'retried', 'refused']) metrics.chatPosts.inc({ outcome }, 0);
  for (const outcome of ['ok', 'refused', 'failed']) metrics.lmsLogins.inc({ outcome }, 0);
  for (const outcome of ['sent', 'failed']) metrics.statisticsTriggers.inc({ outcome }, 0);
  for (const dataType of DATA_TYPES) {
    metrics.rowsStored.inc({ data_type: dataType }, 0);
    for (const outcome of ['stored', 'failed']) metrics.collections.inc({ data_type: dataType, outcome }, 0);
  }
}

/** Starts the counters of the HTTP server at 0. In a worker they stay absent, because their absence raises an alarm. */
export function startProgressAtZero(metrics: Pick<Metrics, 'progressSaves' | 'creditRefusedSeconds'>): void {
  for (const outcome of ['accepted', 'repeated', 'rejected', 'unavailable']) metrics.progressSaves.inc({ outcome }, 0);
  for (const reason of REFUSAL_REASONS) metrics.creditRefusedSeconds.inc({ reason }, 0);
}

type CountersOfWorkers = Record<
  'chatPosts' | 'lmsLogins' | 'statisticsTriggers' | 'rowsStored' | 'collections',
  Counter
>;

export type Metrics = ReturnType<typeof createMetrics>;
