import type { IncidentFacts } from '../../../src/domain/operations/incident-rules';
import { judgeIncidents } from '../../../src/domain/operations/judge-incidents';
import type {
  FailingCohort,
  MonitorState,
  NightGaps,
  OpenIncident,
  ServiceState,
} from '../../../src/domain/operations/service-facts';
import type { LearningDate } from '../../../src/domain/shared/learning-date';

export const date = '2025-01-20' as LearningDate;
const none = { waiting: 0, oldestSeconds: 0 };
export const quiet: IncidentFacts = {
  service: serviceState(30, 60_000),
  failingCohorts: [],
  heldAccounts: [],
  isLmsRefusingAll: false,
  outbox: { messages: none, alerts: none, aside: 0, dead: 0 },
  lastChatFailure: null,
  chatTookSeconds: 1,
  reportableCompletions: none,
  unknownCohorts: { count: 0, skIds: [] },
  refusedCompletions: [],
  dueNight: night(0),
  incidentNights: [],
  statistics: { lastSent: null, failed: [] },
  erasure: { wantedSeconds: null, lastSeconds: null },
};
/** A night of which `missing` cohorts are not stored. */
export function night(missing: number, changes: Partial<NightGaps> = {}): NightGaps {
  const gaps = Array.from({ length: missing }, (_, index) => ({
    skId: `SK${index}`,
    reason: index === 5 ? 'LMS_BAD_PAGE' : null,
  }));
  return { date, dueSeconds: 60, lastProgressSeconds: null, cohorts: 20, missing: gaps, ...changes };
}
export const opened = (key: string, wellSeconds: number | null = null): OpenIncident => ({
  ...{ key, wellSeconds, summary: key, openedAt: new Date('2025-01-20T00:00:00Z') },
});
export const judge = (changes: Partial<IncidentFacts>, ...open: (string | OpenIncident)[]) =>
  judgeIncidents(
    { ...quiet, ...changes },
    open.map((each) => (typeof each === 'string' ? opened(each) : each)),
  );
export const begun = (...given: Parameters<typeof judge>) => judge(...given).begin.map(({ key }) => key);
export const ended = (...given: Parameters<typeof judge>) => judge(...given).end.map(({ key, how }) => [key, how]);

/** The last tick ended `tickAgeSeconds` ago (null: none did), and the monitor has been in its state for `ageSeconds`. */
export function serviceState(
  tickAgeSeconds: number | null,
  intervalMs: number,
  [state, ageSeconds]: readonly [MonitorState, number] = ['running', 86_400],
): ServiceState {
  const lastTick = { intervalMs, durationMs: 900, cohorts: 1, newInquiries: 0, failures: 0 };
  return {
    monitor: { state, ageSeconds },
    ...{ wanted: null, firstStart: null, schedule: null },
    lastTick: tickAgeSeconds === null ? null : { ...lastTick, ageSeconds: tickAgeSeconds },
  };
}

export const alerts = (waiting: number, oldestSeconds: number) => {
  const late = { waiting, oldestSeconds };
  return { outbox: { messages: late, alerts: late, aside: 0, dead: 0 } };
};
export const held = (skIds: string[], reason: string, refusedSeconds = 121) => ({
  loginId: `login-${skIds[0]}`,
  refusedSeconds,
  until: new Date('2025-01-20T00:30:00Z'),
  isHeldNow: true,
  skIds,
  reason,
});
export const failing = (count: number, changes: Partial<FailingCohort> = {}): FailingCohort[] =>
  Array.from({ length: count }, (_, index) => ({
    skId: `SK00${index + 1}`,
    cohortName: `${index + 1}기`,
    code: 'LMS_UNAVAILABLE',
    message: 'The LMS can not be reached.',
    since: new Date('2025-01-20T00:00:00Z'),
    failingSeconds: 901,
    ...changes,
  }));
