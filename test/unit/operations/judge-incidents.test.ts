import { hasRule } from '../../../src/domain/operations/judge-incidents';
import type { OpenIncident } from '../../../src/domain/operations/service-facts';
import type { LearningDate } from '../../../src/domain/shared/learning-date';
import { begun, ended, failing, held, judge, opened } from './incident-facts';

describe('judgeIncidents', () => {
  it('changes nothing while all is well', () => {
    expect(judge({})).toEqual({ begin: [], end: [], wellNow: [], illAgain: [] });
  });

  it('finds one for many cohorts, whatever their reasons, as soon as the first of them fails for long', () => {
    const mixed = [...failing(1), ...failing(2, { code: 'LMS_BAD_PAGE', failingSeconds: 20 }), ...failing(2)];
    const failingCohorts = mixed.map((cohort, index) => ({ ...cohort, skId: `SK${index}` }));
    const [incident, ...others] = judge({ failingCohorts }).begin;
    expect(others).toEqual([]);
    expect(incident?.key).toBe('many/checks');
    for (const needed of ['5개', 'SK0, SK1', 'LMS_BAD_PAGE', '(3개)', 'openeg status']) {
      expect(incident?.summary).toContain(needed);
    }
    expect(begun({ failingCohorts }, 'many/checks')).toEqual([]);
  });

  it('puts the incidents of single cohorts into the one of many, without a message', () => {
    const open = ['cohort-failing/SK001', 'cohort-failing/SK002'];
    expect(begun({ failingCohorts: failing(5) }, ...open)).toEqual(['many/checks']);
    expect(ended({ failingCohorts: failing(5) }, ...open)).toEqual(open.map((key) => [key, 'replaced']));
  });

  it('ends the one of many when there were few for five minutes, and tells then who is left', () => {
    const few = { failingCohorts: failing(2) };
    const fresh = judge(few, 'many/checks');
    expect(fresh).toEqual({ begin: [], end: [], wellNow: ['many/checks'], illAgain: [] });
    expect(judge(few, opened('many/checks', 299))).toEqual({ begin: [], end: [], wellNow: [], illAgain: [] });
    expect(judge({ failingCohorts: failing(5) }, opened('many/checks', 200)).illAgain).toEqual(['many/checks']);
    expect(ended(few, opened('many/checks', 300))).toEqual([['many/checks', 'well']]);
    expect(begun(few, opened('many/checks', 300))).toEqual(['cohort-failing/SK001', 'cohort-failing/SK002']);
  });

  it('sends two messages about an hour of an overloaded LMS over 1,000 cohorts with mixed codes', () => {
    const codes = ['LMS_UNAVAILABLE', 'LMS_RATE_LIMITED', 'LMS_BAD_PAGE', 'UNEXPECTED'];
    let open: OpenIncident[] = [];
    let messages = 0;
    const sinceMinute = new Map<number, number>();
    for (let minute = 0; minute < 75; minute += 1) {
      for (let cohort = 0; cohort < 1_000; cohort += 1) {
        const isFailing = minute < 60 && (cohort * 7_919 + minute * 104_729) % 100 < 93;
        if (!isFailing) sinceMinute.delete(cohort);
        else if (!sinceMinute.has(cohort)) sinceMinute.set(cohort, minute);
      }
      const failingCohorts = [...sinceMinute].map(([cohort, since]) => ({
        ...failing(1)[0]!,
        ...{ skId: `SK${cohort}`, failingSeconds: (minute - since) * 60, code: codes[(cohort + minute) % 4]! },
      }));
      const { begin, end, wellNow, illAgain } = judge({ failingCohorts }, ...open);
      messages += begin.length + end.filter(({ how }) => how !== 'replaced').length;
      open = [
        ...open.filter(({ key }) => !end.some((over) => over.key === key)),
        ...begin.map(({ key }) => opened(key)),
      ];
      open = open.map((incident) => {
        const { key, wellSeconds } = incident;
        if (wellNow.includes(key)) return opened(key, 0);
        return illAgain.includes(key)
          ? opened(key)
          : { ...incident, wellSeconds: wellSeconds === null ? null : wellSeconds + 60 };
      });
    }
    expect(open).toEqual([]);
    expect(messages).toBe(2);
  });

  it('finds one for 1,000 accounts that are refused', () => {
    const heldAccounts = Array.from({ length: 1_000 }, (_, index) => held([`SK${index}`], 'wrong password'));
    const { begin } = judge({ heldAccounts });
    expect(begin.map(({ key }) => key)).toEqual(['many/checks']);
    expect(begin[0]?.summary).toContain('1000개');
    expect(begin[0]?.summary).toContain('wrong password (1000개)');
  });

  it('finds one for each cohort and cause of refused completions, and one for many cohorts', () => {
    const refused = (skId: string, code: string) => ({ skId, code, waiting: 2, message: 'refused' });
    const two = [
      refused('SK001', 'COHORT_INACTIVE'),
      refused('SK001', 'LMS_REJECTED'),
      refused('SK001', 'LMS_NOT_FOUND'),
    ];
    expect(begun({ refusedCompletions: two })).toEqual([
      'completions-waiting/SK001/cohort',
      'completions-waiting/SK001/report',
    ]);
    const refusedCompletions = Array.from({ length: 500 }, (_, index) => refused(`SK${index}`, 'LMS_NOT_FOUND'));
    expect(begun({ refusedCompletions })).toEqual(['many/completions']);
  });

  it('finds one for each date that the statistics server was not told, and one for many dates', () => {
    const failed = (day: number) => ({ date: `2025-01-${day}` as LearningDate, cohorts: 3, error: 'It answers 500.' });
    const of = (...days: number[]) => ({ statistics: { lastSent: null, failed: days.map(failed) } });
    expect(begun(of(20, 20, 21))).toEqual(['statistics/2025-01-20', 'statistics/2025-01-21']);
    expect(begun(of(20, 21, 22, 23, 24))).toEqual(['many/statistics']);
    expect(judge({}, 'statistics/2025-01-20').end).toEqual([
      { key: 'statistics/2025-01-20', collectionDate: '2025-01-20', how: 'well' },
    ]);
  });

  it('leaves incidents alone that have no rule', () => {
    expect(hasRule('chat-webhook/SK001')).toBe(false);
    expect(judge({}, 'chat-webhook/SK001').end).toEqual([]);
  });
});
