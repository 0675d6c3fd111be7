import { findIncidents, isWatched, type WatchFacts } from '../../../src/domain/operations/incident-rules';
import type { LearningDate } from '../../../src/domain/shared/learning-date';

const quiet: WatchFacts = {
  monitor: { state: 'running', ageSeconds: 86_400 },
  lastTick: { ageSeconds: 30, intervalMs: 60_000 },
  failing: [],
  held: [],
  alerts: { waiting: 0, oldestSeconds: 0 },
  completions: { waiting: 0, oldestSeconds: 0 },
  unknownCohorts: { count: 0, skIds: [] },
  nights: [{ date: '2025-01-20' as LearningDate, missing: [] }],
};
const keys = (changes: Partial<WatchFacts>, open: string[] = []) =>
  findIncidents({ ...quiet, ...changes }, open).map(({ key }) => key);
const failing = (count: number, changes: Partial<WatchFacts['failing'][number]> = {}) =>
  Array.from({ length: count }, (_, index) => ({
    skId: `SK00${index + 1}`,
    cohortName: `${index + 1}기`,
    code: 'LMS_UNAVAILABLE',
    message: 'The LMS can not be reached.',
    failingSeconds: 901,
    ...changes,
  }));

describe('incidents', () => {
  it('are none while all is well', () => {
    expect(keys({})).toEqual([]);
  });

  it.each<[string, Partial<WatchFacts>, boolean]>([
    ['three minutes without a tick', { lastTick: { ageSeconds: 181, intervalMs: 60_000 } }, true],
    ['not quite three minutes', { lastTick: { ageSeconds: 180, intervalMs: 60_000 } }, false],
    ['less than three long intervals', { lastTick: { ageSeconds: 10_000, intervalMs: 3_600_000 } }, false],
    ['three long intervals', { lastTick: { ageSeconds: 10_801, intervalMs: 3_600_000 } }, true],
    ['a second of interval', { lastTick: { ageSeconds: 60, intervalMs: 1_000 } }, false],
    ['no tick since the start', { lastTick: null, monitor: { state: 'running', ageSeconds: 200 } }, true],
    [
      'started a moment ago after a long stop',
      { lastTick: { ageSeconds: 9_999, intervalMs: 60_000 }, monitor: { state: 'running', ageSeconds: 20 } },
      false,
    ],
    [
      'paused',
      { lastTick: { ageSeconds: 9_999, intervalMs: 60_000 }, monitor: { state: 'paused', ageSeconds: 9_999 } },
      false,
    ],
    [
      'stopped',
      { lastTick: { ageSeconds: 9_999, intervalMs: 60_000 }, monitor: { state: 'stopped', ageSeconds: 9_999 } },
      false,
    ],
    ['never started', { lastTick: null, monitor: null }, false],
  ])('a silent monitor: %s', (_name, facts, silent) => {
    expect(keys(facts)).toEqual(silent ? ['monitor-silent'] : []);
  });

  it('name a cohort that fails for more than a quarter of an hour, alone', () => {
    expect(keys({ failing: failing(2) })).toEqual(['cohort-failing/SK001', 'cohort-failing/SK002']);
    expect(keys({ failing: failing(1, { failingSeconds: 900 }) })).toEqual([]);
  });

  it('say it once when many begin to fail for one reason, until the last of them works', () => {
    expect(keys({ failing: failing(5) })).toEqual(['cohorts-failing/LMS_UNAVAILABLE']);
    expect(keys({ failing: failing(1) }, ['cohorts-failing/LMS_UNAVAILABLE'])).toEqual([
      'cohorts-failing/LMS_UNAVAILABLE',
    ]);
  });

  it('keep what was told about single cohorts when others join them', () => {
    const open = ['cohort-failing/SK001', 'cohort-failing/SK002'];
    expect(keys({ failing: failing(5) }, open)).toEqual([
      'cohort-failing/SK001',
      'cohort-failing/SK002',
      'cohort-failing/SK003',
      'cohort-failing/SK004',
      'cohort-failing/SK005',
    ]);
    expect(keys({ failing: failing(9) }, open)).toEqual([...open, 'cohorts-failing/LMS_UNAVAILABLE']);
  });

  it('tell about a refused account once, not about its cohorts too', () => {
    const held = [{ skIds: ['SK001', 'SK002'], reason: 'wrong password' }];
    expect(keys({ held, failing: failing(2, { code: 'LMS_ACCOUNT_HELD' }) })).toEqual(['account-held/SK001']);
  });

  it('tell about alerts after two minutes and completions after fifteen', () => {
    expect(keys({ alerts: { waiting: 3, oldestSeconds: 121 } })).toEqual(['alerts-late']);
    expect(keys({ alerts: { waiting: 3, oldestSeconds: 120 } })).toEqual([]);
    expect(keys({ completions: { waiting: 3, oldestSeconds: 901 } })).toEqual(['completions-late']);
    expect(keys({ completions: { waiting: 3, oldestSeconds: 900 } })).toEqual([]);
  });

  it('are one for all cohorts that nobody imported, with their number and some of their names', () => {
    const skIds = Array.from({ length: 10 }, (_, index) => `${'x'.repeat(48)}${index}`);
    const [incident, ...others] = findIncidents({ ...quiet, unknownCohorts: { count: 5_000, skIds } }, []);
    expect(others).toEqual([]);
    expect(incident?.key).toBe('cohorts-unknown');
    for (const needed of ['5000개', ...skIds, '외 4990개', 'openeg cohorts import', 'openeg status']) {
      expect(incident?.summary).toContain(needed);
    }
    expect(incident?.summary.length).toBeLessThan(1_000);
  });

  it('name a night that is not stored, with the reason and what to do', () => {
    const missing = Array.from({ length: 12 }, (_, index) => ({
      skId: `SK${index}`,
      reason: index === 5 ? 'LMS_BAD_PAGE' : null,
    }));
    const [incident] = findIncidents({ ...quiet, nights: [{ date: '2025-01-20' as LearningDate, missing }] }, []);
    expect(incident?.key).toBe('night-missing/2025-01-20');
    for (const needed of ['2025-01-20', '12개', 'SK0', '외 2개', 'LMS_BAD_PAGE', 'openeg collect --date 2025-01-20']) {
      expect(incident?.summary).toContain(needed);
    }
  });

  it('begin with a kind that this table owns, so that others end theirs', () => {
    const all = keys({
      lastTick: null,
      failing: [...failing(1), ...failing(6, { code: 'LMS_BAD_PAGE' })],
      held: [{ skIds: ['SK009'], reason: 'locked' }],
      alerts: { waiting: 1, oldestSeconds: 999 },
      completions: { waiting: 1, oldestSeconds: 999 },
      unknownCohorts: { count: 1, skIds: ['SK404'] },
      nights: [{ date: '2025-01-20' as LearningDate, missing: [{ skId: 'SK001', reason: null }] }],
    });
    expect(all).toHaveLength(8);
    expect(all.filter((key) => !isWatched(key))).toEqual([]);
    for (const key of ['chat-webhook/SK001', 'statistics/2025-01-20', 'completions-waiting/SK001/cohort']) {
      expect(isWatched(key)).toBe(false);
    }
  });
});
