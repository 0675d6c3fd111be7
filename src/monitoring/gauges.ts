import type { Queryable } from '../adapters/database/core/database';
import { gatherReadableFacts } from '../adapters/database/operations/service-facts';
import type { Metrics } from '../adapters/metrics';
import type { NightPlan } from '../domain/operations/night';
import { isProgressing } from '../domain/operations/service-facts';

/** Prometheus gives a scrape ten seconds. */
const DEADLINE_MS = 4_000;

const GAUGE_FACTS = [
  'service',
  'outbox',
  'failingCohorts',
  'dueNight',
  'unreportedCompletions',
  'collectionAges',
] as const;

/**
 * Sets the gauges that show facts of the database; called at each scrape. A gauge whose fact can't be read in time is
 * absent, and the others are there: an old value would look as if all were well, and an absent one becomes a ticket.
 */
export async function collectGauges(db: Queryable, metrics: Metrics, plan: NightPlan): Promise<void> {
  const facts = await gatherReadableFacts(db, plan, GAUGE_FACTS, DEADLINE_MS);
  const { service, outbox, failingCohorts, dueNight } = facts;
  set(metrics.lastTickAgeSeconds, service?.lastTick?.ageSeconds);
  set(metrics.tickIntervalSeconds, service?.lastTick && service.lastTick.intervalMs / 1000);
  set(metrics.monitorRunning, service && Number(service.monitor?.state === 'running'));
  set(metrics.alertsWaiting, outbox?.messages.waiting);
  set(metrics.alertsOldestAgeSeconds, outbox?.messages.oldestSeconds);
  set(metrics.cohortsFailing, failingCohorts?.length);
  set(
    metrics.cohortsFailingOldestSeconds,
    failingCohorts && Math.max(0, ...failingCohorts.map(({ failingSeconds }) => failingSeconds)),
  );
  set(metrics.nightCohortsMissing, dueNight && (isProgressing(dueNight) ? 0 : dueNight.missing.length));
  set(metrics.completionsWaiting, facts.unreportedCompletions);
  metrics.collectionAgeSeconds.reset();
  for (const [dataType, ageSeconds] of facts.collectionAges ?? []) {
    metrics.collectionAgeSeconds.set({ data_type: dataType }, ageSeconds);
  }
}

function set(gauge: { set(value: number): void; remove(): void }, value: number | null | undefined): void {
  if (value === undefined || value === null) gauge.remove();
  else gauge.set(value);
}
