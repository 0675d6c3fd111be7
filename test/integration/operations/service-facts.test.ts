import {
  listFailingCohorts,
  listRunsOfDate,
  readAlertsOverview,
  readLmsHolder,
  readTriggersOverview,
} from '../../../src/adapters/database/operations/service-facts';
import { schemaState } from '../../../src/adapters/database/core/migrate';
import type { LearningDate } from '../../../src/domain/shared/learning-date';
import { createTestDatabase, type TestDatabase } from '../../support/database';

const DATE = '2025-01-20' as LearningDate;
let test: TestDatabase;

beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

it('finds nothing in an empty database', async () => {
  expect(await readAlertsOverview(test.database)).toEqual({
    waiting: 0,
    oldestWaitingSeconds: null,
    lastFailure: null,
    dead: 0,
  });
  expect(await listFailingCohorts(test.database)).toEqual([]);
  expect(await listRunsOfDate(test.database, DATE)).toEqual([]);
  expect(await readTriggersOverview(test.database)).toEqual({ lastSent: null, failed: [] });
  expect(await readLmsHolder(test.database)).toBeUndefined();
});

it('counts what waits for Google Chat and what was given up', async () => {
  await test.database.execute(
    `INSERT INTO openeg_chat_outbox (request_id, kind, thread_key, state, created_at, failure) VALUES
     ('a', 'inquiry', 't', 'waiting', UTC_TIMESTAMP(3) - INTERVAL 90 SECOND, 'HTTP 429'),
     ('b', 'inquiry', 't', 'waiting', UTC_TIMESTAMP(3), NULL),
     ('c', 'inquiry', 't', 'dead', UTC_TIMESTAMP(3), 'HTTP 400'),
     ('d', 'inquiry', 't', 'sent', '2025-01-01', NULL)`,
  );
  const overview = await readAlertsOverview(test.database);
  expect(overview).toMatchObject({ waiting: 2, dead: 1, lastFailure: 'HTTP 429' });
  expect(overview.oldestWaitingSeconds).toBeGreaterThanOrEqual(90);
});

it('lists active cohorts that fail, the longest first', async () => {
  await test.database.execute(
    `INSERT INTO openeg_gather_town_info (sk_id, cohort_name, login_id, login_secret, active) VALUES
     ('SK001', '1기', 'a', 's', 1), ('SK002', '2기', 'b', 's', 1), ('SK003', '3기', 'c', 's', 0), ('SK004', '4기', 'd', 's', 1)`,
  );
  await test.database.execute(
    `INSERT INTO openeg_inquiry_checks (sk_id, begins_at, failing_since, failure_code, failure_message) VALUES
     ('SK001', '2025-01-01', '2025-01-20 09:00:00', 'LMS_BAD_PAGE', 'items.0.title is missing'),
     ('SK002', '2025-01-01', '2025-01-20 08:00:00', NULL, NULL),
     ('SK003', '2025-01-01', '2025-01-20 07:00:00', 'LMS_BAD_PAGE', 'x'),
     ('SK004', '2025-01-01', NULL, NULL, NULL)`,
  );
  expect(await listFailingCohorts(test.database)).toEqual([
    { skId: 'SK002', cohortName: '2기', since: new Date('2025-01-20T08:00:00Z'), code: 'UNEXPECTED', message: '' },
    {
      skId: 'SK001',
      cohortName: '1기',
      since: new Date('2025-01-20T09:00:00Z'),
      code: 'LMS_BAD_PAGE',
      message: 'items.0.title is missing',
    },
  ]);
});

it('tells the runs of a date and the triggers that nobody got', async () => {
  await test.database.execute(
    `INSERT INTO openeg_collection_runs
       (sk_id, collection_date, data_type, status, row_count, started_at, finished_at, error, workflow_id) VALUES
     ('SK001', '2025-01-20', 'vod', 'stored', 40, '2025-01-20 17:00:00', '2025-01-20 17:00:05', NULL, 'w'),
     ('SK001', '2025-01-20', 'pbl', 'failed', NULL, '2025-01-20 17:00:00', '2025-01-20 17:00:06', 'why', 'w'),
     ('SK001', '2025-01-19', 'vod', 'stored', 40, '2025-01-19 17:00:00', '2025-01-19 17:00:05', NULL, 'w')`,
  );
  expect(await listRunsOfDate(test.database, DATE)).toEqual([
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
  await test.database.execute(
    `INSERT INTO openeg_statistics_triggers (trigger_key, target_date, sk_ids, data_types, state, created_at, sent_at, error) VALUES
     ('k1', '2025-01-20', '["SK001"]', '["vod"]', 'sent', '2025-01-20', '2025-01-20 17:01:00', NULL),
     ('k2', '2025-01-21', '["SK001","SK002"]', '["vod"]', 'failed', '2025-01-21', NULL, 'HTTP 400'),
     ('k3', '2025-01-19', '["SK001"]', '["vod"]', 'replaced', '2025-01-21', NULL, 'HTTP 400')`,
  );
  expect(await readTriggersOverview(test.database)).toEqual({
    lastSent: { date: '2025-01-20', at: new Date('2025-01-20T17:01:00Z') },
    failed: [{ date: '2025-01-21', cohorts: 2, error: 'HTTP 400' }],
  });
});

it('knows whether a database is migrated', async () => {
  expect(await schemaState(test.database)).toMatch(/^\d{4}-/);
  await test.database.execute('DELETE FROM openeg_migrations ORDER BY name DESC LIMIT 1');
  await expect(schemaState(test.database)).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining('openeg migrate'),
  });
  await test.database.execute('DROP TABLE openeg_migrations');
  await expect(schemaState(test.database)).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining('openeg migrate'),
  });
});
