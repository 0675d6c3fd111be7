import { hasWaitingMessages } from '../adapters/database/alerts/chat-outbox';
import type { Database } from '../adapters/database/core/database';
import { closeIncident, openIncident } from '../adapters/database/operations/incidents';
import { gatherServiceFacts } from '../adapters/database/operations/service-facts';
import type { Logger } from '../adapters/logger';
import { repeatUntilAborted } from '../adapters/shared/until-aborted';
import { nightOfIncident } from '../domain/operations/incident';
import { findIncidents, hasRule, INCIDENT_FACTS } from '../domain/operations/incident-rules';
import type { NightPlan } from '../domain/operations/night';
import { loggableError } from '../domain/shared/loggable-error';
import { postOverdueMessages, type PostOperatorsMessage } from './overdue-messages';

export interface WatchdogOptions {
  database: Database;
  logger: Logger;
  plan: NightPlan;
  postOperatorsMessage: PostOperatorsMessage;
  /** Has the workflow `alertDelivery` read the outbox. Fails while Temporal is away. */
  wakeDelivery: () => Promise<void>;
  until: AbortSignal;
}

const INTERVAL_MS = 15_000;
const LOCK = 'openeg-watchdog';

/**
 * Finds what should have happened and did not, in one process at a time, until `until` is aborted. It does not use
 * Temporal, so that it can tell of Temporal's outage. Without the database it can tell nothing, and logs that once.
 */
export async function runWatchdog(options: WatchdogOptions): Promise<void> {
  const { database, until, logger } = options;
  let isFailing = false;
  await repeatUntilAborted(until, INTERVAL_MS, async () => {
    try {
      await database.withLock(LOCK, { waitMs: 0 }, () => round(options));
      isFailing = false;
    } catch (error) {
      if (!isFailing) logger.warn(loggableError(error), 'The watchdog failed; it goes on');
      isFailing = true;
    }
  });
}

async function round(options: WatchdogOptions): Promise<void> {
  const { database, plan, postOperatorsMessage, wakeDelivery, until } = options;
  await updateIncidents(database, plan);
  if (!(await hasWaitingMessages(database))) return;
  await wakeDelivery().catch(() => undefined);
  await postOverdueMessages(database, postOperatorsMessage, until);
}

/**
 * Begins the incidents that are the case and were not open, and ends the others. Two processes may do it at once: each
 * incident's unique key lets one of them tell.
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export async function updateIncidents(database: Database, plan: NightPlan): Promise<void> {
  const { incidents, ...facts } = await gatherServiceFacts(database, plan, [...INCIDENT_FACTS, 'incidents']);
  const open = incidents.map(({ key }) => key).filter(hasRule);
  const current = findIncidents(facts, open);
  for (const incident of current) await openIncident(database, incident);
  const currentKeys = new Set(current.map(({ key }) => key));
  for (const key of open) {
    if (!currentKeys.has(key)) await closeIncident(database, { key, collectionDate: nightOfIncident(key) });
  }
}
