import type { Queryable } from '../../adapters/database/core/database';
import { gatherServiceFacts } from '../../adapters/database/operations/service-facts';
import { DATA_TYPES } from '../../domain/collection/data-type';
import type { NightRun, NightRuns, ServiceFacts } from '../../domain/operations/service-facts';
import type { NightStatus, ServiceStatus } from './service-status';

export type DatabaseStatus = Pick<
  ServiceStatus,
  'alerts' | 'cohorts' | 'lastNight' | 'statistics' | 'completions' | 'incidents' | 'lmsLease'
>;

const STATUS_FACTS = [
  'outbox',
  'lastChatFailure',
  'activeCohorts',
  'failingCohorts',
  'heldAccounts',
  'latestNight',
  'statistics',
  'unreportedCompletions',
  'unknownCohorts',
  'incidents',
  'lmsLease',
] as const;

/**
 * @param collectionTime `HH:MM` in Asia/Seoul
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export async function gatherDatabaseStatus(db: Queryable, collectionTime: string): Promise<DatabaseStatus> {
  return databaseStatusOf(await gatherServiceFacts(db, { collectionTime, dataTypes: DATA_TYPES }, STATUS_FACTS));
}

function databaseStatusOf(facts: Pick<ServiceFacts, (typeof STATUS_FACTS)[number]>): DatabaseStatus {
  const { outbox, activeCohorts, failingCohorts, heldAccounts, statistics } = facts;
  return {
    alerts: {
      waiting: outbox.messages.waiting,
      oldestWaitingSeconds: outbox.messages.waiting === 0 ? null : outbox.messages.oldestSeconds,
      lastFailure: facts.lastChatFailure,
      aside: outbox.aside,
      dead: outbox.dead,
    },
    cohorts: {
      active: activeCohorts.length,
      failing: failingCohorts.map(({ skId, cohortName, since, code, message }) => ({
        ...{ skId, cohortName, code, message },
        since: since.toISOString(),
      })),
      held: heldAccounts
        .filter(({ isHeldNow }) => isHeldNow)
        .map(({ loginId, until, reason }) => ({ loginId, reason, until: until.toISOString() })),
    },
    lastNight: nightStatusOf(facts.latestNight, activeCohorts),
    statistics: {
      lastSent: statistics.lastSent && { date: statistics.lastSent.date, at: statistics.lastSent.at.toISOString() },
      failed: statistics.failed,
    },
    completions: { waiting: facts.unreportedCompletions, unknownCohorts: facts.unknownCohorts },
    incidents: facts.incidents.map(({ key, summary, openedAt }) => ({
      key,
      summary,
      openedAt: openedAt.toISOString(),
    })),
    lmsLease: facts.lmsLease,
  };
}

function nightStatusOf({ date, runs }: NightRuns, activeCohorts: readonly string[]): NightStatus {
  const begun = new Set(runs.map(({ skId }) => skId));
  const finished = runs.flatMap(({ finishedAt }) => (finishedAt === null ? [] : [finishedAt.toISOString()])).sort();
  const types = DATA_TYPES.flatMap((dataType) => {
    const ofType = runs.filter((run) => run.dataType === dataType);
    const count = (status: NightRun['status']) => ofType.filter((run) => run.status === status).length;
    const rows = ofType.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0);
    const counts = { stored: count('stored'), failed: count('failed'), running: count('running'), rows };
    return ofType.length === 0 ? [] : [{ dataType, ...counts }];
  });
  const failures = runs
    .filter(({ status }) => status === 'failed')
    .map(({ skId, dataType, error }) => ({ skId, dataType, error: error ?? '' }));
  const missing = activeCohorts.filter((skId) => !begun.has(skId));
  return { date, types, failures, missing, finishedAt: finished.at(-1) ?? null };
}
