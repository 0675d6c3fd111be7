import { NIGHT_MISSING, nightMissingIncident, type Incident } from './incident';
import {
  accountHeldText,
  alertsLateText,
  cohortFailingText,
  cohortsFailingText,
  cohortsUnknownText,
  completionsLateText,
  erasureUnfinishedText,
  monitorSilentText,
  nightMissingText,
} from './operators-texts';
import type { FailingCohort, ServiceFacts } from './service-facts';
import { THRESHOLDS } from './thresholds';

/** The facts that the rules judge. */
export const INCIDENT_FACTS = [
  'service',
  'failingCohorts',
  'heldAccounts',
  'outbox',
  'reportableCompletions',
  'unknownCohorts',
  'dueNight',
  'incidentNights',
  'erasure',
] as const satisfies readonly (keyof ServiceFacts)[];

export type IncidentFacts = Pick<ServiceFacts, (typeof INCIDENT_FACTS)[number]>;

interface IncidentRule {
  /** Begins the key of each incident of this rule, and of no other's. */
  prefix: string;
  /** The incidents that are the case now. `isOpen` answers which were the case before. */
  find(facts: IncidentFacts, isOpen: (key: string) => boolean): Incident[];
}

const RULES: readonly IncidentRule[] = [
  { prefix: 'monitor-silent', find: findSilentMonitor },
  { prefix: 'cohort-failing/', find: findFailingCohorts },
  { prefix: 'cohorts-failing/', find: findCohortsFailingTogether },
  { prefix: 'account-held/', find: findHeldAccounts },
  { prefix: 'alerts-late', find: findLateAlerts },
  { prefix: 'completions-late', find: findLateCompletions },
  { prefix: 'cohorts-unknown', find: findUnknownCohorts },
  { prefix: NIGHT_MISSING, find: findMissingNights },
  { prefix: 'erasure-unfinished', find: findUnfinishedErasure },
];

/** Whether a rule of this table begins incidents with this key, and therefore ends them. */
export function hasRule(key: string): boolean {
  return RULES.some(({ prefix }) => key.startsWith(prefix));
}

/** Every incident that is the case now. */
export function findIncidents(facts: IncidentFacts, openKeys: readonly string[]): Incident[] {
  const open = new Set(openKeys);
  return RULES.flatMap((rule) => rule.find(facts, (key) => open.has(key)));
}

/** A paused or stopped monitor is not silent, and neither is one that was never started. */
function findSilentMonitor({ service: { monitor, lastTick } }: IncidentFacts): Incident[] {
  if (monitor?.state !== 'running') return [];
  const silentSeconds = Math.min(monitor.ageSeconds, lastTick?.ageSeconds ?? Number.POSITIVE_INFINITY);
  const intervalsSeconds = (THRESHOLDS.monitorSilentIntervals * (lastTick?.intervalMs ?? 0)) / 1000;
  if (silentSeconds <= Math.max(THRESHOLDS.monitorSilentSeconds, intervalsSeconds)) return [];
  return [{ key: 'monitor-silent', summary: monitorSilentText(silentSeconds) }];
}

/** A refused account has an incident with more to say, so its cohorts have none. */
function isFailingLong({ code, failingSeconds }: FailingCohort): boolean {
  return (
    failingSeconds > THRESHOLDS.cohortFailingSeconds && code !== 'LMS_ACCOUNT_HELD' && code !== 'LMS_ACCOUNT_REFUSED'
  );
}

const cohortKey = (skId: string) => `cohort-failing/${skId}`;
const togetherKey = (code: string) => `cohorts-failing/${code}`;

/** The cohorts that have no incident yet, by their reason, and whether those of one reason share an incident. */
function groupByReason({ failingCohorts }: IncidentFacts, isOpen: (key: string) => boolean) {
  const fresh = failingCohorts.filter((cohort) => isFailingLong(cohort) && !isOpen(cohortKey(cohort.skId)));
  const codes = new Set(fresh.map(({ code }) => code));
  return [...codes].map((code) => {
    const cohorts = fresh.filter((cohort) => cohort.code === code);
    return {
      code,
      cohorts,
      isShared: isOpen(togetherKey(code)) || cohorts.length >= THRESHOLDS.cohortsFailingTogether,
    };
  });
}

function findFailingCohorts(facts: IncidentFacts, isOpen: (key: string) => boolean): Incident[] {
  const known = facts.failingCohorts.filter((cohort) => isFailingLong(cohort) && isOpen(cohortKey(cohort.skId)));
  const alone = groupByReason(facts, isOpen).flatMap(({ cohorts, isShared }) => (isShared ? [] : cohorts));
  return [...known, ...alone].map((cohort) => ({ key: cohortKey(cohort.skId), summary: cohortFailingText(cohort) }));
}

function findCohortsFailingTogether(facts: IncidentFacts, isOpen: (key: string) => boolean): Incident[] {
  return groupByReason(facts, isOpen)
    .filter(({ isShared }) => isShared)
    .map(({ code, cohorts }) => ({ key: togetherKey(code), summary: cohortsFailingText(code, cohorts) }));
}

/** Until the LMS accepts the account again, also when the time of the hold is over. */
function findHeldAccounts({ heldAccounts }: IncidentFacts): Incident[] {
  return heldAccounts.flatMap((account) => {
    const [firstCohort] = account.skIds;
    return firstCohort === undefined ? [] : [{ key: `account-held/${firstCohort}`, summary: accountHeldText(account) }];
  });
}

function findLateAlerts({ outbox: { alerts } }: IncidentFacts): Incident[] {
  if (alerts.oldestSeconds <= THRESHOLDS.alertLateSeconds) return [];
  return [{ key: 'alerts-late', summary: alertsLateText(alerts) }];
}

function findLateCompletions({ reportableCompletions }: IncidentFacts): Incident[] {
  if (reportableCompletions.oldestSeconds <= THRESHOLDS.completionLateSeconds) return [];
  return [{ key: 'completions-late', summary: completionsLateText(reportableCompletions) }];
}

/** One incident for all of them, because a learner's page can make up any number of cohorts. */
function findUnknownCohorts({ unknownCohorts }: IncidentFacts): Incident[] {
  return unknownCohorts.count === 0 ? [] : [{ key: 'cohorts-unknown', summary: cohortsUnknownText(unknownCohorts) }];
}

function findMissingNights({ dueNight, incidentNights }: IncidentFacts): Incident[] {
  // The due night may have an open incident though it is not expected any more: the service was stopped meanwhile.
  const nights = new Map([dueNight, ...incidentNights].map((night) => [night.date, night]));
  return [...nights.values()]
    .filter(({ missing }) => missing.length > 0)
    .map((night) => ({ ...nightMissingIncident(night.date), summary: nightMissingText(night) }));
}

function findUnfinishedErasure({ erasure: { wantedSeconds, lastSeconds } }: IncidentFacts): Incident[] {
  const unfinishedSeconds = Math.min(wantedSeconds ?? 0, lastSeconds ?? Number.POSITIVE_INFINITY);
  if (unfinishedSeconds <= THRESHOLDS.erasureUnfinishedSeconds) return [];
  return [{ key: 'erasure-unfinished', summary: erasureUnfinishedText() }];
}
