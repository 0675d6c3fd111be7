import type { Database } from '../../adapters/database/core/database';
import { listActiveCohorts } from '../../adapters/database/accounts/cohorts';
import { listOpenIncidents } from '../../adapters/database/operations/incidents';
import { listHolds } from '../../adapters/database/accounts/lms-accounts';
import {
  listFailingCohorts,
  listRunsOfDate,
  readAlertsOverview,
  readLmsHolder,
  readTriggersOverview,
  type NightRun,
} from '../../adapters/database/operations/service-facts';
import { countUnreported, readUnknownCohorts } from '../../adapters/database/completion/video-completions';
import { DATA_TYPES } from '../../domain/collection/data-type';
import type { LearningDate } from '../../domain/shared/learning-date';
import type { NightReport, StatusReport } from './status-report';

export type DatabaseStatus = Pick<
  StatusReport,
  'alerts' | 'cohorts' | 'lastNight' | 'statistics' | 'completions' | 'incidents' | 'lmsLease'
>;

export async function gatherDatabaseStatus(db: Database, night: LearningDate): Promise<DatabaseStatus> {
  const [alerts, active, failing, held, runs, triggers, waiting, unknownCohorts, incidents, lease] = await Promise.all([
    readAlertsOverview(db),
    listActiveCohorts(db),
    listFailingCohorts(db),
    listHolds(db),
    listRunsOfDate(db, night),
    readTriggersOverview(db),
    countUnreported(db),
    readUnknownCohorts(db),
    listOpenIncidents(db),
    readLmsHolder(db),
  ]);
  return {
    alerts,
    cohorts: {
      active: active.length,
      failing: failing.map(({ since, ...cohort }) => ({ ...cohort, since: since.toISOString() })),
      held: held.map(({ until, ...hold }) => ({ ...hold, until: until.toISOString() })),
    },
    lastNight: nightReport(
      night,
      runs,
      active.map(({ skId }) => skId),
    ),
    statistics: {
      lastSent: triggers.lastSent && { date: triggers.lastSent.date, at: triggers.lastSent.at.toISOString() },
      failed: triggers.failed,
    },
    completions: { waiting, unknownCohorts },
    incidents: incidents.map(({ openedAt, ...incident }) => ({ ...incident, openedAt: openedAt.toISOString() })),
    lmsLease: lease ?? null,
  };
}

function nightReport(date: LearningDate, runs: readonly NightRun[], active: readonly string[]): NightReport {
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
  const missing = active.filter((skId) => !begun.has(skId));
  return { date, types, failures, missing, finishedAt: finished.at(-1) ?? null };
}
