import { hasWaitingMessages } from '../adapters/database/alerts/chat-outbox';
import type { Database } from '../adapters/database/core/database';
import { closeIncident, noteWellness, openIncident } from '../adapters/database/operations/incidents';
import { gatherServiceFacts } from '../adapters/database/operations/service-facts';
import { recordScheduleState } from '../adapters/database/operations/service-state';
import type { Logger } from '../adapters/logger';
import { repeatUntilAborted } from '../adapters/shared/until-aborted';
import { INCIDENT_FACTS } from '../domain/operations/incident-rules';
import { judgeIncidents } from '../domain/operations/judge-incidents';
import type { NightPlan } from '../domain/operations/night';
import type { ScheduleState } from '../domain/operations/service-facts';
import { loggableError } from '../domain/shared/loggable-error';
import { postOverdueMessages, type PostOperatorsMessage } from './overdue-messages';

export interface WatchdogOptions {
  database: Database;
  logger: Logger;
  plan: NightPlan;
  postOperatorsMessage: PostOperatorsMessage;
  /** Has the workflow `alertDelivery` read the outbox. Fails while Temporal is away. */
  wakeDelivery: () => Promise<void>;
  /** The state of the nightly collection's Schedule. Fails while Temporal is away. */
  readScheduleState: () => Promise<ScheduleState>;
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
  const { database, plan, postOperatorsMessage, wakeDelivery, readScheduleState, until } = options;
  // While Temporal is away the state that it told last counts.
  const schedule = await readScheduleState().catch(() => undefined);
  if (schedule !== undefined) await recordScheduleState(database, schedule);
  await updateIncidents(database, plan);
  if (!(await hasWaitingMessages(database))) return;
  await wakeDelivery().catch(() => undefined);
  await postOverdueMessages(database, postOperatorsMessage, until);
}

/**
 * Begins, ends and notes what `judgeIncidents` decides. Two processes may do it at once: each incident's unique key lets
 * one of them tell.
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export async function updateIncidents(database: Database, plan: NightPlan): Promise<void> {
  const { incidents, ...facts } = await gatherServiceFacts(database, plan, [...INCIDENT_FACTS, 'incidents']);
  const { begin, end, wellNow, illAgain } = judgeIncidents(facts, incidents);
  for (const incident of begin) await openIncident(database, incident);
  for (const incident of end) await closeIncident(database, incident);
  for (const key of wellNow) await noteWellness(database, key, true);
  for (const key of illAgain) await noteWellness(database, key, false);
}
