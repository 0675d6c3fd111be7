import type { LearningDate } from '../shared/learning-date';

/** What the database tells about the running service, all of it on the database's clock. */
export interface WatchFacts {
  /** Null before the service was ever started. */
  monitor: { state: 'running' | 'paused' | 'stopped'; ageSeconds: number } | null;
  lastTick: { ageSeconds: number; intervalMs: number } | null;
  failing: { skId: string; cohortName: string; code: string; message: string; failingSeconds: number }[];
  /** Accounts that the LMS refused, with the cohorts that use them. */
  held: { skIds: string[]; reason: string }[];
  alerts: Waiting;
  completions: Waiting;
  unknownCohorts: UnknownCohorts;
  nights: { date: LearningDate; missing: { skId: string; reason: string | null }[] }[];
}

export interface Waiting {
  waiting: number;
  /** 0 when nothing waits. */
  oldestSeconds: number;
}

/** Cohorts that nobody imported and for which completions wait. */
export interface UnknownCohorts {
  count: number;
  /** Some of them, those of most learners first: what one learner's page made up stands behind them. */
  skIds: string[];
}

/** Something that needs a person, from its start to its end. */
export interface Incident {
  /** Kind first: `night-missing/2025-01-20`. */
  key: string;
  /** What happened in the first line, what to do after it; in Korean, without secrets and learners. */
  summary: string;
}

interface IncidentRule {
  /** Begins the key of each incident of this rule, and of no other's. */
  prefix: string;
  /** Those that are the case now. `isOpen` tells which were the case before. */
  find(facts: WatchFacts, isOpen: (key: string) => boolean): Incident[];
}

export const NIGHT_MISSING_PREFIX = 'night-missing/';

const SILENT_AFTER_SECONDS = 180;
const FAILING_AFTER_SECONDS = 15 * 60;
const ALERT_LATE_AFTER_SECONDS = 120;
const COMPLETION_LATE_AFTER_SECONDS = 15 * 60;
/** So many cohorts that begin to fail for one reason have one cause, and one message. */
const MANY_COHORTS = 5;
const MAX_NAMED = 10;

const RULES: readonly IncidentRule[] = [
  { prefix: 'monitor-silent', find: findSilentMonitor },
  { prefix: 'cohort-failing/', find: findFailingCohorts },
  { prefix: 'cohorts-failing/', find: findFailingTogether },
  { prefix: 'account-held/', find: findHeldAccounts },
  { prefix: 'alerts-late', find: findLateAlerts },
  { prefix: 'completions-late', find: findLateCompletions },
  { prefix: 'cohorts-unknown', find: findUnknownCohorts },
  { prefix: NIGHT_MISSING_PREFIX, find: findMissingNights },
];

/** Of the given open incidents those that this table began, and therefore ends. */
export function isWatched(key: string): boolean {
  return RULES.some(({ prefix }) => key.startsWith(prefix));
}

/** All that is the case now (design: what should have happened and did not). */
export function findIncidents(facts: WatchFacts, openKeys: readonly string[]): Incident[] {
  const open = new Set(openKeys);
  return RULES.flatMap((rule) => rule.find(facts, (key) => open.has(key)));
}

/** No tick for three intervals and for three minutes. A pause is no silence, nor is what was never started. */
function findSilentMonitor({ monitor, lastTick }: WatchFacts): Incident[] {
  if (monitor?.state !== 'running') return [];
  const silentSeconds = Math.min(monitor.ageSeconds, lastTick?.ageSeconds ?? Number.POSITIVE_INFINITY);
  if (silentSeconds <= Math.max(SILENT_AFTER_SECONDS, (3 * (lastTick?.intervalMs ?? 0)) / 1000)) return [];
  const summary =
    `문의 확인이 ${Math.floor(silentSeconds / 60)}분째 끝나지 않았습니다. 새 문의가 전달되지 않고 있습니다.\n` +
    '"openeg status"와 "openeg doctor"로 워커, Temporal, 데이터베이스, LMS를 확인하세요. 빠진 문의는 복구된 뒤 전달됩니다.';
  return [{ key: 'monitor-silent', summary }];
}

/** A refused account has an incident of its own, with more to say. */
function isFailingLong({ code, failingSeconds }: WatchFacts['failing'][number]): boolean {
  return failingSeconds > FAILING_AFTER_SECONDS && code !== 'LMS_ACCOUNT_HELD' && code !== 'LMS_ACCOUNT_REFUSED';
}

const cohortKey = (skId: string) => `cohort-failing/${skId}`;
const togetherKey = (code: string) => `cohorts-failing/${code}`;

/** A reason's cohorts that have no incident of their own yet, and whether they share one. */
function failingTogether({ failing }: WatchFacts, isOpen: (key: string) => boolean) {
  const fresh = failing.filter((cohort) => isFailingLong(cohort) && !isOpen(cohortKey(cohort.skId)));
  const codes = new Set(fresh.map(({ code }) => code));
  return [...codes].map((code) => {
    const cohorts = fresh.filter((cohort) => cohort.code === code);
    return { code, cohorts, together: isOpen(togetherKey(code)) || cohorts.length >= MANY_COHORTS };
  });
}

function findFailingCohorts(facts: WatchFacts, isOpen: (key: string) => boolean): Incident[] {
  const known = facts.failing.filter((cohort) => isFailingLong(cohort) && isOpen(cohortKey(cohort.skId)));
  const alone = failingTogether(facts, isOpen).flatMap(({ cohorts, together }) => (together ? [] : cohorts));
  return [...known, ...alone].map(({ skId, cohortName, code, message }) => ({
    key: cohortKey(skId),
    summary:
      `${cohortName} (${skId})의 문의 확인이 15분 넘게 실패하고 있습니다. 다른 기수는 계속 확인됩니다.\n` +
      `"openeg status"를 확인하세요. 이유: ${code} ${message}`,
  }));
}

function findFailingTogether(facts: WatchFacts, isOpen: (key: string) => boolean): Incident[] {
  return failingTogether(facts, isOpen)
    .filter(({ together }) => together)
    .map(({ code, cohorts }) => ({
      key: togetherKey(code),
      summary:
        `기수 ${cohorts.length}개의 문의 확인이 같은 이유로 15분 넘게 실패하고 있습니다: ${named(skIdsOf(cohorts))}\n` +
        `"openeg status"와 "openeg doctor"를 확인하세요. 이유: ${code} ${cohorts[0]?.message ?? ''}`,
    }));
}

function findHeldAccounts({ held }: WatchFacts): Incident[] {
  return held.map(({ skIds, reason }) => ({
    key: `account-held/${skIds[0] ?? ''}`,
    summary:
      `LMS가 계정을 거부하여 30분 동안 접속하지 않습니다 (기수 ${skIds.join(', ')}). 계정이 잠기지 않게 하기 위해서입니다.\n` +
      `LMS에서 비밀번호와 계정 상태를 확인하고, 바뀌었으면 CSV를 고쳐 "openeg cohorts import"를 실행하세요. 이유: ${reason}`,
  }));
}

function findLateAlerts({ alerts }: WatchFacts): Incident[] {
  if (alerts.oldestSeconds <= ALERT_LATE_AFTER_SECONDS) return [];
  const summary =
    `문의 알림 ${alerts.waiting}개가 2분 넘게 Google Chat으로 나가지 못하고 있습니다. 알림은 순서대로 보관됩니다.\n` +
    '"openeg status"에서 Google Chat의 마지막 응답을 확인하세요. Google Chat이 복구되면 저절로 전송됩니다.';
  return [{ key: 'alerts-late', summary }];
}

function findLateCompletions({ completions }: WatchFacts): Incident[] {
  if (completions.oldestSeconds <= COMPLETION_LATE_AFTER_SECONDS) return [];
  const summary =
    `이수 ${completions.waiting}건이 15분 넘게 LMS에 보고되지 못하고 있습니다. 이수 기록은 보관되어 있습니다.\n` +
    '"openeg status"와 "openeg doctor"로 워커와 LMS를 확인하세요. 복구되면 저절로 보고됩니다.';
  return [{ key: 'completions-late', summary }];
}

/** One incident for all of them, however many a learner's page makes up. */
function findUnknownCohorts({ unknownCohorts: { count, skIds } }: WatchFacts): Incident[] {
  if (count === 0) return [];
  const summary =
    `등록되지 않은 기수 ${count}개의 이수가 LMS에 보고되지 못하고 기다리고 있습니다: ${named(skIds, count)}\n` +
    '빠뜨린 기수라면 "openeg cohorts import"로 등록하세요. 등록하면 저절로 보고됩니다. ' +
    '모르는 기수라면 강의 페이지가 보내는 projectNo를 확인하세요. 그 뒤에 더해진 기수는 "openeg status"에 나옵니다.';
  return [{ key: 'cohorts-unknown', summary }];
}

function findMissingNights({ nights }: WatchFacts): Incident[] {
  return nights.flatMap(({ date, missing }) => {
    if (missing.length === 0) return [];
    const reason =
      missing.find((cohort) => cohort.reason !== null)?.reason ?? '수집이 시작되지 않았거나 아직 끝나지 않았습니다.';
    const summary =
      `${date} 학습 데이터가 기수 ${missing.length}개에서 다 저장되지 않았습니다: ${named(skIdsOf(missing))}\n` +
      `이유: ${reason}\n원인을 고친 뒤 "openeg collect --date ${date}"를 실행하세요. 이전 데이터는 그대로 있습니다.`;
    return [{ key: NIGHT_MISSING_PREFIX + date, summary }];
  });
}

function named(skIds: readonly string[], count = skIds.length): string {
  const names = skIds.slice(0, MAX_NAMED);
  return names.join(', ') + (count > names.length ? ` 외 ${count - names.length}개` : '');
}

const skIdsOf = (cohorts: readonly { skId: string }[]) => cohorts.map(({ skId }) => skId);
