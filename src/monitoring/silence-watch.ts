import type { Database } from '../adapters/database/core/database';
import { databaseTime } from '../adapters/database/core/database';
import { closeIncident, listOpenIncidents, openIncident } from '../adapters/database/operations/incidents';
import { isNightExpected, readWatchFacts, type NightExpectation } from '../adapters/database/operations/night-facts';
import { findIncidents, isWatched, NIGHT_MISSING_PREFIX } from '../domain/operations/incident-rules';
import { learningDateSchema, type LearningDate } from '../domain/shared/learning-date';
import { latestDueNight } from '../domain/operations/night';

/**
 * One look at what should have happened and did not: begins and ends incidents, each with one message for the operators.
 * Any number of processes may look at once; the unique key lets one of them tell.
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export async function watchSilences(database: Database, expectation: NightExpectation): Promise<void> {
  const open = (await listOpenIncidents(database)).map(({ key }) => key).filter(isWatched);
  const latest = latestDueNight(await databaseTime(database), expectation.collectionTime).date;
  // A night that was missing stays in question until it is stored, also when the next ones are there.
  const nights = new Set(open.flatMap(nightOf));
  if (await isNightExpected(database, latest, expectation)) nights.add(latest);
  const facts = await readWatchFacts(database, [...nights], expectation);
  const incidents = findIncidents(facts, open);
  for (const { key, summary } of incidents) await openIncident(database, key, summary);
  const now = new Set(incidents.map(({ key }) => key));
  for (const key of open) if (!now.has(key)) await closeIncident(database, key);
}

function nightOf(key: string): LearningDate[] {
  if (!key.startsWith(NIGHT_MISSING_PREFIX)) return [];
  const date = learningDateSchema.safeParse(key.slice(NIGHT_MISSING_PREFIX.length));
  return date.success ? [date.data] : [];
}
