import { schemaState } from '../../../src/adapters/database/core/migrate';
import { gatherServiceFacts, type FactName } from '../../../src/adapters/database/operations/service-facts';
import { latestStartedNight, type NightPlan } from '../../../src/domain/operations/night';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { recordServiceStarted } from '../../support/service-rows';

const plan: NightPlan = { collectionTime: '02:00', dataTypes: ['vod', 'pbl'] };
let test: TestDatabase;

beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

const execute = (sql: string, parameters: string[] = []) => test.database.execute(sql, parameters);
const gather = <Name extends FactName>(...names: Name[]) => gatherServiceFacts(test.database, plan, names);

it('finds nothing in an empty database', async () => {
  const none = { waiting: 0, oldestSeconds: 0 };
  const { date } = latestStartedNight(new Date(), plan.collectionTime);
  const facts = await gather(
    ...(['service', 'activeCohorts', 'failingCohorts', 'heldAccounts', 'outbox', 'lastChatFailure'] as const),
    ...([
      'latestNight',
      'dueNight',
      'incidentNights',
      'collectionAges',
      'statistics',
      'unreportedCompletions',
    ] as const),
    ...(['isLmsRefusingAll', 'chatTookSeconds', 'refusedCompletions'] as const),
    ...(['reportableCompletions', 'unknownCohorts', 'incidents', 'lmsLease', 'erasure'] as const),
  );
  expect(facts).toEqual({
    service: { monitor: null, wanted: null, firstStart: null, schedule: null, lastTick: null },
    activeCohorts: [],
    failingCohorts: [],
    heldAccounts: [],
    isLmsRefusingAll: false,
    outbox: { messages: none, alerts: none, aside: 0, dead: 0 },
    lastChatFailure: null,
    chatTookSeconds: null,
    latestNight: { date, runs: [] },
    dueNight: {
      date: expect.any(String),
      missing: [],
      cohorts: 0,
      lastProgressSeconds: null,
      dueSeconds: expect.any(Number),
    },
    incidentNights: [],
    collectionAges: new Map(),
    statistics: { lastSent: null, failed: [] },
    erasure: { wantedSeconds: null, lastSeconds: null },
    unreportedCompletions: 0,
    reportableCompletions: none,
    unknownCohorts: { count: 0, skIds: [] },
    refusedCompletions: [],
    incidents: [],
    lmsLease: null,
  });
});

it('counts what waits for Google Chat and what was given up', async () => {
  await execute(
    `INSERT INTO openeg_chat_outbox (request_id, kind, thread_key, state, created_at, failure) VALUES
     ('a', 'inquiry', 't', 'waiting', UTC_TIMESTAMP(3) - INTERVAL 90 SECOND, 'HTTP 429'),
     ('b', 'inquiry', 't', 'waiting', UTC_TIMESTAMP(3), NULL),
     ('c', 'inquiry', 't', 'dead', UTC_TIMESTAMP(3), 'HTTP 400'),
     ('f', 'inquiry', 't', 'aside', UTC_TIMESTAMP(3), 'HTTP 400'),
     ('d', 'inquiry', 't', 'sent', '2025-01-01', NULL),
     ('e', 'operations', 't', 'waiting', UTC_TIMESTAMP(3) - INTERVAL 1 HOUR, NULL)`,
  );
  const { outbox, lastChatFailure } = await gather('outbox', 'lastChatFailure');
  expect(outbox).toMatchObject({ messages: { waiting: 3 }, alerts: { waiting: 2 }, aside: 1, dead: 1 });
  expect(outbox.alerts.oldestSeconds).toBeGreaterThanOrEqual(90);
  expect(outbox.messages.oldestSeconds).toBeGreaterThanOrEqual(3_600);
  expect(lastChatFailure).toBe('HTTP 429');
});

it('lists active cohorts that fail, the longest first', async () => {
  await execute(
    `INSERT INTO openeg_gather_town_info (sk_id, cohort_name, login_id, login_secret, active) VALUES
     ('SK001', '1기', 'a', 's', 1), ('SK002', '2기', 'b', 's', 1), ('SK003', '3기', 'c', 's', 0), ('SK004', '4기', 'd', 's', 1)`,
  );
  await execute(
    `INSERT INTO openeg_inquiry_checks (sk_id, begins_at, failing_since, failure_code, failure_message) VALUES
     ('SK001', '2025-01-01', '2025-01-20 09:00:00', 'LMS_BAD_PAGE', 'items.0.title is missing'),
     ('SK002', '2025-01-01', '2025-01-20 08:00:00', NULL, NULL),
     ('SK003', '2025-01-01', '2025-01-20 07:00:00', 'LMS_BAD_PAGE', 'x'),
     ('SK004', '2025-01-01', NULL, NULL, NULL)`,
  );
  const { activeCohorts, failingCohorts } = await gather('activeCohorts', 'failingCohorts');
  expect(activeCohorts).toEqual(['SK001', 'SK002', 'SK004']);
  expect(failingCohorts).toEqual([
    {
      ...{ skId: 'SK002', cohortName: '2기', since: new Date('2025-01-20T08:00:00Z'), code: 'UNEXPECTED', message: '' },
      failingSeconds: expect.any(Number),
    },
    {
      skId: 'SK001',
      cohortName: '1기',
      since: new Date('2025-01-20T09:00:00Z'),
      failingSeconds: expect.any(Number),
      code: 'LMS_BAD_PAGE',
      message: 'items.0.title is missing',
    },
  ]);
});

it('lists refused accounts with their active cohorts, also when the time of the hold is over', async () => {
  await execute(
    `INSERT INTO openeg_gather_town_info (sk_id, cohort_name, login_id, login_secret, active) VALUES
     ('SK002', '2기', 'a', 's', 1), ('SK001', '1기', 'a', 's', 1), ('SK003', '3기', 'a', 's', 0)`,
  );
  await execute(
    `INSERT INTO openeg_lms_accounts (login_id, held_until, held_reason) VALUES
     ('a', UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE, 'wrong password'), ('b', UTC_TIMESTAMP(3) + INTERVAL 1 HOUR, NULL),
     ('c', NULL, NULL)`,
  );
  expect((await gather('heldAccounts')).heldAccounts).toMatchObject([
    { loginId: 'a', isHeldNow: false, reason: 'wrong password', skIds: ['SK001', 'SK002'] },
    { loginId: 'b', isHeldNow: true, reason: '', skIds: [] },
  ]);
});

it('lists the runs of the latest night and the triggers that were given up', async () => {
  const { date } = latestStartedNight(new Date(), plan.collectionTime);
  await execute(
    `INSERT INTO openeg_collection_runs
       (sk_id, collection_date, data_type, status, row_count, started_at, finished_at, error, workflow_id) VALUES
     ('SK001', ?, 'vod', 'stored', 40, '2025-01-20 17:00:00', '2025-01-20 17:00:05', NULL, 'w'),
     ('SK001', ?, 'pbl', 'failed', NULL, '2025-01-20 17:00:00', '2025-01-20 17:00:06', 'why', 'w'),
     ('SK001', '2025-01-19', 'vod', 'stored', 40, '2025-01-19 17:00:00', '2025-01-19 17:00:05', NULL, 'w')`,
    [date, date],
  );
  expect((await gather('latestNight')).latestNight.runs).toEqual([
    {
      skId: 'SK001',
      dataType: 'pbl',
      status: 'failed',
      rowCount: null,
      finishedAt: new Date('2025-01-20T17:00:06Z'),
      error: 'why',
    },
    {
      skId: 'SK001',
      dataType: 'vod',
      status: 'stored',
      rowCount: 40,
      finishedAt: new Date('2025-01-20T17:00:05Z'),
      error: null,
    },
  ]);
  await execute(
    `INSERT INTO openeg_statistics_triggers (trigger_key, target_date, sk_ids, data_types, state, created_at, sent_at, error) VALUES
     ('k1', '2025-01-20', '["SK001"]', '["vod"]', 'sent', '2025-01-20', '2025-01-20 17:01:00', NULL),
     ('k2', '2025-01-21', '["SK001","SK002"]', '["vod"]', 'failed', '2025-01-21', NULL, 'HTTP 400'),
     ('k3', '2025-01-19', '["SK001"]', '["vod"]', 'replaced', '2025-01-21', NULL, 'HTTP 400')`,
  );
  expect((await gather('statistics')).statistics).toEqual({
    lastSent: { date: '2025-01-20', at: new Date('2025-01-20T17:01:00Z') },
    failed: [{ date: '2025-01-21', cohorts: 2, error: 'HTTP 400' }],
  });
});

it.each([
  ['after the night was to start, whatever the clock of its LMS', 'UTC_TIMESTAMP(3)', []],
  ['before', 'UTC_TIMESTAMP(3) - INTERVAL 7 DAY', ['SK001']],
])('misses a night of a cohort that was imported %s', async (_when, importedAt, missing) => {
  await execute(
    `INSERT INTO openeg_gather_town_info (sk_id, cohort_name, login_id, login_secret, imported_at)
     VALUES ('SK001', '1기', 'a', 's', ${importedAt})`,
  );
  // The LMS's clock is three days slow, so the first check moved the begin back.
  await execute(
    `INSERT INTO openeg_inquiry_checks (sk_id, begins_at) VALUES ('SK001', UTC_TIMESTAMP(3) - INTERVAL 3 DAY)`,
  );
  await recordServiceStarted(test.database);
  await execute("UPDATE openeg_service_state SET updated_at = '2025-01-01'");
  expect((await gather('dueNight')).dueNight.missing.map(({ skId }) => skId)).toEqual(missing);
});

it('knows whether a database is migrated', async () => {
  expect(await schemaState(test.database)).toMatch(/^\d{4}-/);
  await execute('DELETE FROM openeg_migrations ORDER BY name DESC LIMIT 1');
  await expect(schemaState(test.database)).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining('openeg migrate'),
  });
  await execute('DROP TABLE openeg_migrations');
  await expect(schemaState(test.database)).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining('openeg migrate'),
  });
});
