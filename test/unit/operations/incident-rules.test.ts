import { findIncidents, hasRule, type IncidentFacts } from '../../../src/domain/operations/incident-rules';
import type { FailingCohort, MonitorState, ServiceState } from '../../../src/domain/operations/service-facts';
import type { LearningDate } from '../../../src/domain/shared/learning-date';

const date = '2025-01-20' as LearningDate;
const none = { waiting: 0, oldestSeconds: 0 };
const quiet: IncidentFacts = {
  service: serviceState(30, 60_000),
  failingCohorts: [],
  heldAccounts: [],
  outbox: { messages: none, alerts: none, aside: 0, dead: 0 },
  reportableCompletions: none,
  unknownCohorts: { count: 0, skIds: [] },
  dueNight: { date, missing: [] },
  incidentNights: [],
  erasure: { wantedSeconds: null, lastSeconds: null },
};
const keys = (changes: Partial<IncidentFacts>, open: string[] = []) =>
  findIncidents({ ...quiet, ...changes }, open).map(({ key }) => key);

/** The last tick ended `tickAgeSeconds` ago (null: none did), and the monitor has been in its state for `ageSeconds`. */
function serviceState(
  tickAgeSeconds: number | null,
  intervalMs: number,
  [state, ageSeconds]: readonly [MonitorState, number] = ['running', 86_400],
): ServiceState {
  const lastTick = { intervalMs, durationMs: 900, cohorts: 1, newInquiries: 0, failures: 0 };
  return {
    monitor: { state, ageSeconds },
    wanted: null,
    lastTick: tickAgeSeconds === null ? null : { ...lastTick, ageSeconds: tickAgeSeconds },
  };
}

const alerts = (waiting: number, oldestSeconds: number) => {
  const late = { waiting, oldestSeconds };
  return { outbox: { messages: late, alerts: late, aside: 0, dead: 0 } };
};
const held = (skIds: string[], reason: string) => ({
  loginId: 'login',
  until: new Date('2025-01-20T00:30:00Z'),
  isHeldNow: true,
  skIds,
  reason,
});
const failing = (count: number, changes: Partial<FailingCohort> = {}): FailingCohort[] =>
  Array.from({ length: count }, (_, index) => ({
    skId: `SK00${index + 1}`,
    cohortName: `${index + 1}기`,
    code: 'LMS_UNAVAILABLE',
    message: 'The LMS can not be reached.',
    since: new Date('2025-01-20T00:00:00Z'),
    failingSeconds: 901,
    ...changes,
  }));

describe('findIncidents', () => {
  it('finds none while all is well', () => {
    expect(keys({})).toEqual([]);
  });

  it.each<[string, ServiceState, boolean]>([
    ['three minutes without a tick', serviceState(181, 60_000), true],
    ['not quite three minutes', serviceState(180, 60_000), false],
    ['less than three long intervals', serviceState(10_000, 3_600_000), false],
    ['three long intervals', serviceState(10_801, 3_600_000), true],
    ['a second of interval', serviceState(60, 1_000), false],
    ['no tick since the start', serviceState(null, 0, ['running', 200]), true],
    ['started a moment ago after a long stop', serviceState(9_999, 60_000, ['running', 20]), false],
    ['paused', serviceState(9_999, 60_000, ['paused', 9_999]), false],
    ['stopped', serviceState(9_999, 60_000, ['stopped', 9_999]), false],
    ['never started', { monitor: null, wanted: null, lastTick: null }, false],
  ])('a silent monitor: %s', (_name, service, isSilent) => {
    expect(keys({ service })).toEqual(isSilent ? ['monitor-silent'] : []);
  });

  it.each<[string, number | null, number | null, boolean]>([
    ['ended yesterday', 999_999, 86_400, false],
    ['did not end for two days', 999_999, 172_801, true],
    ['never ended', 172_801, null, true],
    ['is wanted since yesterday', 86_400, 999_999, false],
    ['is not wanted', null, 999_999, false],
  ])('finds an erasure that %s: %p, %p', (_name, wantedSeconds, lastSeconds, isUnfinished) => {
    expect(keys({ erasure: { wantedSeconds, lastSeconds } })).toEqual(isUnfinished ? ['erasure-unfinished'] : []);
  });

  it('finds one for each cohort that fails for more than 15 minutes', () => {
    expect(keys({ failingCohorts: failing(2) })).toEqual(['cohort-failing/SK001', 'cohort-failing/SK002']);
    expect(keys({ failingCohorts: failing(1, { failingSeconds: 900 }) })).toEqual([]);
  });

  it('finds one for many cohorts that fail for one reason, until the last of them works', () => {
    expect(keys({ failingCohorts: failing(5) })).toEqual(['cohorts-failing/LMS_UNAVAILABLE']);
    expect(keys({ failingCohorts: failing(1) }, ['cohorts-failing/LMS_UNAVAILABLE'])).toEqual([
      'cohorts-failing/LMS_UNAVAILABLE',
    ]);
  });

  it('keeps the incidents of single cohorts when others begin to fail', () => {
    const open = ['cohort-failing/SK001', 'cohort-failing/SK002'];
    expect(keys({ failingCohorts: failing(5) }, open)).toEqual([
      'cohort-failing/SK001',
      'cohort-failing/SK002',
      'cohort-failing/SK003',
      'cohort-failing/SK004',
      'cohort-failing/SK005',
    ]);
    expect(keys({ failingCohorts: failing(9) }, open)).toEqual([...open, 'cohorts-failing/LMS_UNAVAILABLE']);
  });

  it('finds one for a refused account, and none for its cohorts', () => {
    const heldAccounts = [held(['SK001', 'SK002'], 'wrong password')];
    expect(keys({ heldAccounts, failingCohorts: failing(2, { code: 'LMS_ACCOUNT_HELD' }) })).toEqual([
      'account-held/SK001',
    ]);
  });

  it('finds late alerts after two minutes, and late completions after 15', () => {
    expect(keys(alerts(3, 121))).toEqual(['alerts-late']);
    expect(keys(alerts(3, 120))).toEqual([]);
    expect(keys({ reportableCompletions: { waiting: 3, oldestSeconds: 901 } })).toEqual(['completions-late']);
    expect(keys({ reportableCompletions: { waiting: 3, oldestSeconds: 900 } })).toEqual([]);
  });

  it('finds one for all cohorts that nobody imported, with their number and some of their names', () => {
    const skIds = Array.from({ length: 10 }, (_, index) => `${'x'.repeat(48)}${index}`);
    const [incident, ...others] = findIncidents({ ...quiet, unknownCohorts: { count: 5_000, skIds } }, []);
    expect(others).toEqual([]);
    expect(incident?.key).toBe('cohorts-unknown');
    for (const needed of ['5000개', ...skIds, '외 4990개', 'openeg cohorts import', 'openeg status']) {
      expect(incident?.summary).toContain(needed);
    }
    expect(incident?.summary.length).toBeLessThan(1_000);
  });

  it('finds a night that is not stored, with the reason and what to do', () => {
    const missing = Array.from({ length: 12 }, (_, index) => ({
      skId: `SK${index}`,
      reason: index === 5 ? 'LMS_BAD_PAGE' : null,
    }));
    const [incident] = findIncidents({ ...quiet, dueNight: { date, missing } }, []);
    expect(incident?.key).toBe('night-missing/2025-01-20');
    for (const needed of ['2025-01-20', '12개', 'SK0', '외 2개', 'LMS_BAD_PAGE', 'openeg collect --date 2025-01-20']) {
      expect(incident?.summary).toContain(needed);
    }
  });

  it('keeps the incident of a night until it is stored, also when it is not expected any more', () => {
    const gaps = (day: string) => ({ date: day as LearningDate, missing: [{ skId: 'SK001', reason: null }] });
    const nights = { dueNight: { date, missing: [] }, incidentNights: [gaps('2025-01-18'), gaps('2025-01-20')] };
    expect([...keys(nights)].sort()).toEqual(['night-missing/2025-01-18', 'night-missing/2025-01-20']);
  });

  it('finds only incidents that have a rule', () => {
    const all = keys({
      service: serviceState(null, 0),
      failingCohorts: [...failing(1), ...failing(6, { code: 'LMS_BAD_PAGE' })],
      heldAccounts: [held(['SK009'], 'locked')],
      ...alerts(1, 999),
      reportableCompletions: { waiting: 1, oldestSeconds: 999 },
      unknownCohorts: { count: 1, skIds: ['SK404'] },
      dueNight: { date, missing: [{ skId: 'SK001', reason: null }] },
    });
    expect(all).toHaveLength(8);
    expect(all.filter((key) => !hasRule(key))).toEqual([]);
    for (const key of ['chat-webhook/SK001', 'statistics/2025-01-20', 'completions-waiting/SK001/cohort']) {
      expect(hasRule(key)).toBe(false);
    }
  });
});
