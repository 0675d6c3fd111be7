import { printStatus } from '../../../src/cli/status/print-status';
import type { ServiceStatus } from '../../../src/cli/status/service-status';
import type { LearningDate } from '../../../src/domain/shared/learning-date';

const date = (text: string) => text as LearningDate;

const CALM: ServiceStatus = {
  at: '2025-01-21T00:00:00.000Z',
  unreachable: { database: null, temporal: null },
  monitor: {
    state: 'waiting',
    lastTickStartedAt: '2025-01-20T23:59:20.000Z',
    lastTickEndedAt: '2025-01-20T23:59:21.300Z',
    nextTickAt: '2025-01-21T00:00:20.000Z',
    ticks: 100,
    skippedTicks: 0,
    cohorts: 3,
    newInquiries: 1,
    failedCohorts: 0,
    tickFailure: null,
  },
  alerts: { waiting: 0, oldestWaitingSeconds: null, lastFailure: null, aside: 0, dead: 0 },
  cohorts: { active: 3, failing: [], held: [] },
  lastNight: {
    date: date('2025-01-20'),
    types: [{ dataType: 'vod', stored: 3, failed: 0, running: 0, rows: 720 }],
    failures: [],
    missing: [],
    finishedAt: '2025-01-20T17:01:00.000Z',
  },
  schedule: { state: 'scheduled', time: '02:00', nextAt: '2025-01-21T17:00:00.000Z', note: null },
  collections: [],
  reruns: { state: 'running', waiting: [], running: [], finished: [], rejected: [] },
  statistics: { lastSent: { date: date('2025-01-20'), at: '2025-01-20T17:01:02.000Z' }, failed: [] },
  completions: { waiting: 2, unknownCohorts: { count: 0, skIds: [] } },
  incidents: [],
  workers: { core: 2, lms: 1 },
  lmsLease: { holder: 'host-1/4711/9b1d', held: true },
};

function printed(report: ServiceStatus): string[] {
  const lines: string[] = [];
  printStatus(report, {
    line: (text = '') => void lines.push(...text.split('\n')),
    json: () => undefined,
    note: () => undefined,
    interactive: false,
  });
  return lines;
}

it('prints a dozen aligned lines when all is well', () => {
  expect(printed(CALM)).toEqual([
    '2025-01-21 09:00 Asia/Seoul',
    '',
    'Inquiry check  waiting; last tick 39 s ago over 3 cohorts, 1 new, took 1.3 s, next in 20 s',
    'Alerts         0 waiting, 0 put aside, 0 given up',
    'Cohorts        3 active, 0 failing, 0 accounts left alone',
    'Last night     2025-01-20: vod 3 stored (720 rows), until 2025-01-21 02:01',
    'Schedule       daily at 02:00, next 2025-01-22 02:00',
    'Re-runs        0 running, 0 waiting, 0 rejected',
    'Statistics     told of 2025-01-20 at 2025-01-21 02:01, 0 not told',
    'Completions    2 waiting for the LMS',
    'Workers        core 2, lms 1 active; host-1 process 4711 talks to the LMS',
    'Incidents      0 open',
  ]);
});

it('lists troubles below the overview', () => {
  const lines = printed({
    ...CALM,
    alerts: { waiting: 4, oldestWaitingSeconds: 130, lastFailure: 'HTTP 429', aside: 2, dead: 1 },
    cohorts: {
      active: 3,
      failing: [
        {
          skId: 'SK002',
          cohortName: '2기',
          since: '2025-01-20T23:12:00.000Z',
          code: 'LMS_BAD_PAGE',
          message: 'items.0.title is missing',
        },
      ],
      held: [{ loginId: 'login-3', until: '2025-01-21T00:30:00.000Z', reason: 'wrong password' }],
    },
    lastNight: {
      date: date('2025-01-20'),
      types: [{ dataType: 'pbl', stored: 1, failed: 1, running: 0, rows: 10 }],
      failures: [{ skId: 'SK002', dataType: 'pbl', error: 'The page has another form.' }],
      missing: ['SK003'],
      finishedAt: null,
    },
    reruns: {
      state: 'running',
      waiting: [{ date: date('2025-01-11'), workflowId: 'w2' }],
      running: [{ date: date('2025-01-10'), workflowId: 'w1' }],
      finished: [],
      rejected: [{ at: '2025-01-20T23:00:00.000Z', reason: 'date: must be a date that exists' }],
    },
    statistics: { lastSent: null, failed: [{ date: date('2025-01-20'), cohorts: 1, error: 'HTTP 400' }] },
    completions: { waiting: 9, unknownCohorts: { count: 3, skIds: ['SK8', 'SK9'] } },
    incidents: [{ key: 'k', summary: '수집이 없습니다\n무엇을 할지', openedAt: '2025-01-20T18:00:00.000Z' }],
  });
  const text = lines.join('\n');
  expect(text).toContain('Alerts         4 waiting, the oldest for 130 s, 2 put aside, 1 given up; Chat: HTTP 429');
  expect(text).toContain('2025-01-20: pbl 1 stored, 1 failed (10 rows); 1 cohort missing');
  expect(text).toContain('  SK002  since 2025-01-21 08:12  LMS_BAD_PAGE  items.0.title is missing');
  expect(text).toContain('  login-3  until 2025-01-21 09:30  wrong password');
  expect(text).toContain('  SK002  pbl  The page has another form.\n  SK003  all  nothing was begun');
  expect(text).toContain('  2025-01-21 08:00  rejected  date: must be a date that exists');
  expect(text).toContain('  2025-01-20  1 cohort  HTTP 400');
  expect(text).toContain('9 waiting for the LMS; 3 cohorts nobody imported: SK8, SK9 and 1 more');
  expect(text).toContain('  2025-01-21 03:00  수집이 없습니다');
  expect(text).not.toContain('무엇을 할지');
});

it.each([
  ['not running', 'not running; "openeg start" starts it'],
  ['no worker', 'started, but no worker answers; "openeg worker" starts one'],
] as const)('says what to do when the monitor is %s', (state, words) => {
  const lines = printed({ ...CALM, monitor: { ...CALM.monitor!, state } });
  expect(lines).toContain(`Inquiry check  ${words}`);
});

it('prints unknown for what can not be read while Temporal and the database are away', () => {
  const lines = printed({
    ...CALM,
    ...{ monitor: null, schedule: null, reruns: null, workers: null, alerts: null, cohorts: null, lastNight: null },
    ...{ statistics: null, completions: null, incidents: null, lmsLease: null },
  });
  expect(lines.filter((line) => line.endsWith('  unknown'))).toHaveLength(9);
  expect(lines.at(-2)).toBe('Workers        unknown; nobody talks to the LMS');
});

it('says which pass of a collection runs, and what waits for the next one', () => {
  const progress = {
    ...{ date: date('2025-01-20'), pass: 2, cohortsTotal: 20, cohortsDone: 20, stored: 77, failed: 3, rows: 9_000 },
    ...{ failures: [], statistics: 'sent' as const, nextPass: { at: '2025-01-20T17:12:00.000Z', cohorts: 3 } },
  };
  const lines = printed({
    ...CALM,
    collections: [
      { workflowId: 'nightly-collection-a', progress },
      { workflowId: 'collection-rerun/2025-01-10/b', progress: null },
    ],
  });
  expect(lines.slice(lines.indexOf('Collections under way'))).toEqual([
    'Collections under way',
    '  nightly-collection-a           2025-01-20, pass 2: 20 of 20 cohorts, 77 stored, 3 failed; ' +
      'pass 3 asks 3 cohorts at 2025-01-21 02:12',
    '  collection-rerun/2025-01-10/b  unknown',
  ]);
});
