import type { IncidentFacts } from '../../../src/domain/operations/incident-rules';
import type { ServiceState } from '../../../src/domain/operations/service-facts';
import type { LearningDate } from '../../../src/domain/shared/learning-date';
import { alerts, begun, ended, failing, held, judge, night, serviceState } from './incident-facts';

describe('the rules of incidents', () => {
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
    ['never started', { ...serviceState(null, 0), monitor: null }, false],
  ])('a silent monitor: %s', (_name, service, isSilent) => {
    expect(begun({ service })).toEqual(isSilent ? ['monitor-silent'] : []);
  });

  it.each<['scheduled' | 'paused' | 'missing', boolean, number, boolean]>([
    ['missing', true, 61, true],
    ['paused', true, 61, true],
    ['paused', true, 60, false],
    ['paused', false, 999, false],
    ['scheduled', true, 999, false],
  ])('a Schedule that is %s (started: %s, for %d s)', (state, wanted, ageSeconds, isMissing) => {
    const service = {
      ...serviceState(30, 60_000),
      ...{ wanted: { wanted, ageSeconds: 9_999 }, schedule: { state, ageSeconds } },
    };
    expect(begun({ service })).toEqual(isMissing ? ['schedule-missing'] : []);
  });

  it('finds one for each cohort that fails for more than 15 minutes', () => {
    expect(begun({ failingCohorts: failing(2) })).toEqual(['cohort-failing/SK001', 'cohort-failing/SK002']);
    expect(begun({ failingCohorts: failing(4, { failingSeconds: 900 }) })).toEqual([]);
  });

  it('finds one for a refused account, keyed by the account, and none for its cohorts', () => {
    const heldAccounts = [held(['SK001', 'SK002'], 'wrong password')];
    const [incident, ...others] = judge({
      heldAccounts,
      failingCohorts: failing(2, { code: 'LMS_ACCOUNT_HELD' }),
    }).begin;
    expect(others).toEqual([]);
    expect(incident?.key).toBe('account-held/login-SK001');
    expect(incident?.summary).not.toContain('login-SK001');
    expect(judge({ heldAccounts: [held(['SK001'], 'x'.repeat(300))] }, 'account-held/login-SK001').end).toEqual([]);
  });

  it("waits until a refusal can not be the LMS's trouble any more, and keeps what it told", () => {
    const heldAccounts = [held(['SK001'], 'wrong password', 30)];
    expect(begun({ heldAccounts })).toEqual([]);
    expect(ended({ heldAccounts }, 'account-held/login-SK001')).toEqual([]);
    expect(begun({ isLmsRefusingAll: true })).toEqual(['lms-refuses-all']);
  });

  it.each([1, 2, 1_000])('finds one at once for the accounts of %d cohorts that can not be read', (count) => {
    const code = 'CREDENTIALS_UNREADABLE';
    const refusedCompletions = [{ skId: 'SK001', waiting: 3, code, message: 'unreadable' }];
    const { begin } = judge({ failingCohorts: failing(count, { code, failingSeconds: 0 }), refusedCompletions });
    expect(begin.map(({ key }) => key)).toEqual(['credentials-unreadable']);
    expect(begin[0]?.summary).toContain('OPENEG_CREDENTIALS_KEY');
  });

  it.each<[string, Partial<IncidentFacts>, string]>([
    ['Chat', { lastChatFailure: 'Google Chat answers 503.' }, 'Google Chat answers 503.'],
    ['a burst', {}, '1초에 하나'],
    ['the delivery', { chatTookSeconds: 31 }, 'Temporal'],
  ])('names the cause of late alerts: %s', (_name, changes, words) => {
    const { begin } = judge({ ...alerts(3, 121), ...changes });
    expect(begin.map(({ key }) => key)).toEqual(['alerts-late']);
    expect(begin[0]?.summary).toContain(words);
  });

  it('finds late alerts after two minutes, and late completions after 15', () => {
    expect(begun(alerts(3, 120))).toEqual([]);
    expect(begun({ reportableCompletions: { waiting: 3, oldestSeconds: 901 } })).toEqual(['completions-late']);
    expect(begun({ reportableCompletions: { waiting: 3, oldestSeconds: 900 } })).toEqual([]);
  });

  it('finds one for all cohorts that nobody imported, with their number and some of their names', () => {
    const skIds = Array.from({ length: 10 }, (_, index) => `${'x'.repeat(48)}${index}`);
    const [incident, ...others] = judge({ unknownCohorts: { count: 5_000, skIds } }).begin;
    expect(others).toEqual([]);
    expect(incident?.key).toBe('cohorts-unknown');
    for (const needed of ['5000개', ...skIds, '외 4990개', 'openeg cohorts import', 'openeg status']) {
      expect(incident?.summary).toContain(needed);
    }
    expect(incident?.summary.length).toBeLessThan(1_000);
  });

  it('finds a night that is not stored, with the reason and what to do', () => {
    const [incident] = judge({ dueNight: night(12) }).begin;
    expect(incident?.key).toBe('night-missing/2025-01-20');
    for (const needed of ['2025-01-20', '12개', 'SK0', '외 2개', 'LMS_BAD_PAGE', 'openeg collect --date 2025-01-20']) {
      expect(incident?.summary).toContain(needed);
    }
  });

  it('tells in one sentence how far a night is, and that it is missing when its passes are over', () => {
    const going = { dueNight: night(12, { lastProgressSeconds: 30 }) };
    const [incident] = judge(going).begin;
    expect(incident?.key).toBe('night-unfinished/2025-01-20');
    expect(incident?.summary).toMatch(/^[^\n]*진행 중[^\n]*20개 가운데 8개[^\n]*$/);
    expect(judge(going, 'night-unfinished/2025-01-20')).toMatchObject({ begin: [], end: [] });

    const over = { dueNight: night(1, { lastProgressSeconds: 40 * 60 }), incidentNights: [night(1)] };
    expect(begun(over, 'night-unfinished/2025-01-20')).toEqual(['night-missing/2025-01-20']);
    expect(ended(over, 'night-unfinished/2025-01-20')).toEqual([['night-unfinished/2025-01-20', 'replaced']]);
    expect(ended({}, 'night-unfinished/2025-01-20')).toEqual([['night-unfinished/2025-01-20', 'well']]);
    // A re-run by hand of a missing night.
    expect(judge(going, 'night-missing/2025-01-20')).toMatchObject({ begin: [], end: [] });
  });

  it('tells once more of a night that is older than a week, and follows it no more', () => {
    const old = night(2, { date: '2025-01-10' as LearningDate, dueSeconds: 7 * 86_400 + 1 });
    const [end, ...others] = judge({ incidentNights: [old] }, 'night-missing/2025-01-10').end;
    expect(others).toEqual([]);
    expect(end?.key).toBe('night-missing/2025-01-10');
    expect(end?.how).toMatchObject({ lastWord: expect.stringContaining('openeg collect --date 2025-01-10') });
    expect(begun({ incidentNights: [old] })).toEqual([]);
  });

  it('keeps the incident of a night until it is stored, also when it is not expected any more', () => {
    const gaps = (day: string) => night(1, { date: day as LearningDate });
    const nights = { dueNight: night(0), incidentNights: [gaps('2025-01-18'), gaps('2025-01-20')] };
    expect(ended(nights, 'night-missing/2025-01-18', 'night-missing/2025-01-20')).toEqual([]);
  });
});
