import {
  dateIncident,
  dateOfIncident,
  incidentKey,
  NIGHT_MISSING,
  NIGHT_UNFINISHED,
  STATISTICS,
  type Incident,
} from './incident';
import {
  accountHeldText,
  alertsLateText,
  cohortFailingText,
  cohortsUnknownText,
  completionsLateText,
  completionsWaitText,
  credentialsUnreadableText,
  erasureUnfinishedText,
  lmsRefusesAllText,
  monitorSilentText,
  nightGivenUpText,
  nightMissingText,
  nightUnfinishedText,
  scheduleMissingText,
  statisticsFailedText,
} from './operators-texts';
import { isProgressing, type ServiceFacts } from './service-facts';
import { THRESHOLDS } from './thresholds';

/** The facts that the rules judge. */
export const INCIDENT_FACTS = [
  'service',
  'failingCohorts',
  'heldAccounts',
  'isLmsRefusingAll',
  'outbox',
  'lastChatFailure',
  'chatTookSeconds',
  'reportableCompletions',
  'unknownCohorts',
  'refusedCompletions',
  'dueNight',
  'incidentNights',
  'statistics',
  'erasure',
] as const satisfies readonly (keyof ServiceFacts)[];

export type IncidentFacts = Pick<ServiceFacts, (typeof INCIDENT_FACTS)[number]>;

/** A trouble of one subject: a cohort, an account, a night, or the service itself. */
export interface Trouble extends Incident {
  /** In a list of many troubles: the subject, and why it is in trouble. */
  subject?: string;
  reason?: string;
  /** Too new for an incident of its own. It counts among many all the same. */
  isEarly?: boolean;
  /** Keys of incidents that this one continues. They end without a message. */
  replaces?: string[];
  /** Nobody follows this trouble any more: its open incident ends with this text. */
  lastWord?: string;
}

export interface IncidentRule {
  /** Begins the key of each incident of this rule, and of no other's. */
  kind: string;
  /** The troubles that are the case now. `isOpen` answers which incidents are open. */
  find(facts: IncidentFacts, isOpen: (key: string) => boolean): Trouble[];
}

export const RULES: readonly IncidentRule[] = [
  { kind: 'monitor-silent', find: findSilentMonitor },
  { kind: 'schedule-missing', find: findMissingSchedule },
  { kind: 'credentials-unreadable', find: findUnreadableCredentials },
  { kind: 'lms-refuses-all', find: findLmsThatRefusesAll },
  { kind: 'cohort-failing', find: findFailingCohorts },
  { kind: 'account-held', find: findHeldAccounts },
  { kind: 'alerts-late', find: findLateAlerts },
  { kind: 'completions-late', find: findLateCompletions },
  { kind: 'completions-waiting', find: findRefusedCompletions },
  { kind: 'cohorts-unknown', find: findUnknownCohorts },
  { kind: NIGHT_UNFINISHED, find: (facts, isOpen) => nightsOf(facts, isOpen, NIGHT_UNFINISHED) },
  { kind: NIGHT_MISSING, find: (facts, isOpen) => nightsOf(facts, isOpen, NIGHT_MISSING) },
  { kind: STATISTICS, find: findFailedStatistics },
  { kind: 'erasure-unfinished', find: findUnfinishedErasure },
];

/** A paused or stopped monitor is not silent, and neither is one that was never started. */
function findSilentMonitor({ service: { monitor, lastTick } }: IncidentFacts): Trouble[] {
  if (monitor?.state !== 'running') return [];
  const silentSeconds = Math.min(monitor.ageSeconds, lastTick?.ageSeconds ?? Number.POSITIVE_INFINITY);
  const intervalsSeconds = (THRESHOLDS.monitorSilentIntervals * (lastTick?.intervalMs ?? 0)) / 1000;
  if (silentSeconds <= Math.max(THRESHOLDS.monitorSilentSeconds, intervalsSeconds)) return [];
  return [{ key: 'monitor-silent', summary: monitorSilentText(silentSeconds) }];
}

/** `openeg stop` pauses the Schedule, and the service is not wanted then. */
function findMissingSchedule({ service: { wanted, schedule } }: IncidentFacts): Trouble[] {
  if (wanted?.wanted !== true || schedule === null || schedule.state === 'scheduled') return [];
  if (Math.min(wanted.ageSeconds, schedule.ageSeconds) <= THRESHOLDS.scheduleMissingSeconds) return [];
  return [{ key: 'schedule-missing', summary: scheduleMissingText(schedule.state) }];
}

const UNREADABLE = 'CREDENTIALS_UNREADABLE';

/** One for all cohorts, and at once: the usual cause is a wrong key, which no time mends. */
function findUnreadableCredentials({ failingCohorts }: IncidentFacts): Trouble[] {
  const cohorts = failingCohorts.filter(({ code }) => code === UNREADABLE);
  return cohorts.length === 0 ? [] : [{ key: 'credentials-unreadable', summary: credentialsUnreadableText(cohorts) }];
}

function findLmsThatRefusesAll({ isLmsRefusingAll }: IncidentFacts): Trouble[] {
  return isLmsRefusingAll ? [{ key: 'lms-refuses-all', summary: lmsRefusesAllText() }] : [];
}

/** Codes for which another incident has more to say. */
const OTHERWISE_TOLD: ReadonlySet<string> = new Set([
  UNREADABLE,
  'LMS_ACCOUNT_HELD',
  'LMS_ACCOUNT_REFUSED',
  'COHORT_UNKNOWN',
]);

function findFailingCohorts({ failingCohorts }: IncidentFacts): Trouble[] {
  return failingCohorts
    .filter(({ code }) => !OTHERWISE_TOLD.has(code))
    .map((cohort) => ({
      key: incidentKey('cohort-failing', cohort.skId),
      summary: cohortFailingText(cohort),
      subject: cohort.skId,
      reason: `${cohort.code} ${cohort.message}`,
      isEarly: cohort.failingSeconds <= THRESHOLDS.cohortFailingSeconds,
    }));
}

/** Until the LMS accepts the account again, also when the time of the hold is over. */
function findHeldAccounts({ heldAccounts }: IncidentFacts, isOpen: (key: string) => boolean): Trouble[] {
  return heldAccounts
    .filter(({ skIds }) => skIds.length > 0)
    .map((account) => {
      const key = incidentKey('account-held', account.loginId);
      return {
        key,
        summary: accountHeldText(account),
        subject: account.skIds.join(', '),
        reason: account.reason,
        isEarly: account.refusedSeconds <= THRESHOLDS.accountHeldSeconds && !isOpen(key),
      };
    });
}

function findLateAlerts({ outbox: { alerts }, lastChatFailure, chatTookSeconds }: IncidentFacts): Trouble[] {
  if (alerts.oldestSeconds <= THRESHOLDS.alertLateSeconds) return [];
  const isBurst = chatTookSeconds !== null && chatTookSeconds <= THRESHOLDS.chatTakesSeconds;
  const cause = lastChatFailure !== null ? 'chat' : isBurst ? 'burst' : 'delivery';
  return [{ key: 'alerts-late', summary: alertsLateText(alerts, cause, lastChatFailure) }];
}

function findLateCompletions({ reportableCompletions }: IncidentFacts): Trouble[] {
  if (reportableCompletions.oldestSeconds <= THRESHOLDS.completionLateSeconds) return [];
  return [{ key: 'completions-late', summary: completionsLateText(reportableCompletions) }];
}

/** One for each cohort and kind of cause. An account that is held or can't be read has an incident with more to say. */
function findRefusedCompletions({ refusedCompletions }: IncidentFacts): Trouble[] {
  const troubles = refusedCompletions
    .filter(({ code }) => !OTHERWISE_TOLD.has(code))
    .map(({ skId, code, message }): Trouble => {
      const cause = code === 'COHORT_INACTIVE' ? 'cohort' : 'report';
      return {
        key: incidentKey('completions-waiting', `${skId}/${cause}`),
        summary: completionsWaitText(skId, code, message),
        subject: skId,
        reason: `${code} ${message}`,
      };
    });
  return [...new Map(troubles.map((trouble) => [trouble.key, trouble])).values()];
}

/** One incident for all of them, because a learner's page can make up any number of cohorts. */
function findUnknownCohorts({ unknownCohorts }: IncidentFacts): Trouble[] {
  return unknownCohorts.count === 0 ? [] : [{ key: 'cohorts-unknown', summary: cohortsUnknownText(unknownCohorts) }];
}

/** While a night's passes go on it is unfinished. When they are over, or none began, what is not stored is missing. */
function nightsOf(facts: IncidentFacts, isOpen: (key: string) => boolean, kind: string): Trouble[] {
  // The due night may have an open incident though it is not expected any more: the service was stopped meanwhile.
  const nights = new Map([facts.dueNight, ...facts.incidentNights].map((night) => [night.date, night]));
  return [...nights.values()].flatMap((night) => {
    if (night.missing.length === 0) return [];
    const missing = dateIncident(NIGHT_MISSING, night.date);
    const unfinished = dateIncident(NIGHT_UNFINISHED, night.date);
    // A re-run by hand does not make a missing night unfinished again.
    const isUnfinished = isProgressing(night) && !isOpen(missing.key);
    if (isUnfinished !== (kind === NIGHT_UNFINISHED)) return [];
    if (isUnfinished) return [{ ...unfinished, summary: nightUnfinishedText(night) }];
    const lastWord = night.dueSeconds > THRESHOLDS.nightFollowedSeconds ? nightGivenUpText(night) : undefined;
    return [{ ...missing, summary: nightMissingText(night), replaces: [unfinished.key], lastWord }];
  });
}

/** The date whose night an open incident follows. */
export function nightOfIncident(key: string) {
  return dateOfIncident(key, [NIGHT_UNFINISHED, NIGHT_MISSING]);
}

function findFailedStatistics({ statistics: { failed } }: IncidentFacts): Trouble[] {
  return [...new Set(failed.map(({ date }) => date))].map((date) => {
    const triggers = failed.filter((trigger) => trigger.date === date);
    const cohorts = triggers.reduce((sum, trigger) => sum + trigger.cohorts, 0);
    const reason = triggers[0]?.error ?? '';
    return {
      ...dateIncident(STATISTICS, date),
      ...{ summary: statisticsFailedText(date, cohorts, reason), subject: date, reason },
    };
  });
}

function findUnfinishedErasure({ erasure: { wantedSeconds, lastSeconds } }: IncidentFacts): Trouble[] {
  const unfinishedSeconds = Math.min(wantedSeconds ?? 0, lastSeconds ?? Number.POSITIVE_INFINITY);
  if (unfinishedSeconds <= THRESHOLDS.erasureUnfinishedSeconds) return [];
  return [{ key: 'erasure-unfinished', summary: erasureUnfinishedText() }];
}
