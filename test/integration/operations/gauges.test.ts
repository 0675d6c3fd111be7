import { openDatabase, type Queryable } from '../../../src/adapters/database/core/database';
import { createMetrics } from '../../../src/adapters/metrics';
import { collectGauges } from '../../../src/monitoring/gauges';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { waitUntil } from '../../support/wait-until';
import {
  ageService,
  importTwoCohorts,
  insertRun,
  insertTick,
  NIGHT_PLAN,
  recordServiceStarted,
} from '../../support/service-rows';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
  await importTwoCohorts(test.database);
});
afterEach(() => test?.drop());

describe('gauges that show facts of the database', () => {
  const valueOf = async (gauge: { get(): Promise<{ values: { value: number }[] }> }) =>
    (await gauge.get()).values[0]?.value;

  it('have the values of the facts', async () => {
    const metrics = createMetrics();
    await recordServiceStarted(test.database);
    await insertTick(test.database);
    await ageService(test.database);
    await insertRun(test.database, 'SK001', 'vod');
    await insertRun(test.database, 'SK001', 'pbl');
    await test.database.execute(
      `UPDATE openeg_inquiry_checks SET failing_since = UTC_TIMESTAMP(3) - INTERVAL 100 SECOND WHERE sk_id = 'SK001'`,
    );
    await test.database.execute(
      `INSERT INTO openeg_chat_outbox (request_id, kind, thread_key, content, created_at)
       VALUES ('r', 'inquiry', 't', '{}', UTC_TIMESTAMP(3) - INTERVAL 50 SECOND)`,
    );
    await collectGauges(test.database, metrics, NIGHT_PLAN);
    expect(await valueOf(metrics.lastTickAgeSeconds)).toBeLessThan(50);
    expect(await valueOf(metrics.alertsWaiting)).toBe(1);
    expect(await valueOf(metrics.alertsOldestAgeSeconds)).toBeGreaterThanOrEqual(50);
    expect(await valueOf(metrics.cohortsFailing)).toBe(1);
    expect(await valueOf(metrics.cohortsFailingOldestSeconds)).toBeGreaterThanOrEqual(100);
    expect(await valueOf(metrics.nightCohortsMissing)).toBe(1);
    expect(await valueOf(metrics.completionsWaiting)).toBe(0);

    await test.database.execute('UPDATE openeg_collection_runs SET finished_at = UTC_TIMESTAMP(3)');
    await collectGauges(test.database, metrics, NIGHT_PLAN);
    expect(await valueOf(metrics.nightCohortsMissing)).toBe(0);
  });

  it('cost eight statements a scrape at most', async () => {
    const metrics = createMetrics();
    await recordServiceStarted(test.database);
    await ageService(test.database);
    const statements: string[] = [];
    const database: Queryable = {
      ...test.database,
      query: (sql, parameters) => {
        statements.push(sql);
        return test.database.query(sql, parameters);
      },
    };
    await collectGauges(database, metrics, NIGHT_PLAN);
    expect(await valueOf(metrics.nightCohortsMissing)).toBe(2);
    expect(statements.length).toBeLessThanOrEqual(8);
  });

  it('are absent before there is a value, and while the database is away', async () => {
    const metrics = createMetrics();
    expect(await valueOf(metrics.lastTickAgeSeconds)).toBeUndefined();
    await insertTick(test.database);
    await collectGauges(test.database, metrics, NIGHT_PLAN);
    expect(await valueOf(metrics.lastTickAgeSeconds)).toBeDefined();
    const away = openDatabase({ ...test.options, port: 1 });
    await collectGauges(away, metrics, NIGHT_PLAN);
    await away.close();
    for (const gauge of [metrics.lastTickAgeSeconds, metrics.alertsWaiting, metrics.nightCohortsMissing]) {
      expect(await valueOf(gauge)).toBeUndefined();
    }
  });

  it.each<[string, () => Promise<never>]>([
    ['fails', () => Promise.reject(new Error('broken'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('are there, except those of a fact whose statement %s', async (_name, misbehave) => {
    const metrics = createMetrics();
    await recordServiceStarted(test.database);
    const database: Queryable = {
      ...test.database,
      query: (sql, parameters) =>
        sql.includes('openeg_chat_outbox') ? misbehave() : test.database.query(sql, parameters),
    };
    await collectGauges(database, metrics, NIGHT_PLAN);
    expect(await valueOf(metrics.alertsWaiting)).toBeUndefined();
    expect(await valueOf(metrics.monitorRunning)).toBe(1);
    expect(await valueOf(metrics.nightCohortsMissing)).toBe(0);
  });

  it('leave no statement running that takes too long', async () => {
    const metrics = createMetrics();
    await recordServiceStarted(test.database);
    const isRead = `SELECT id FROM information_schema.processlist
      WHERE info LIKE '%openeg_chat_outbox%' AND info NOT LIKE '%processlist%' AND db = '${test.options.name}'`;
    await test.database.withLock('tables', { waitMs: 0 }, async (session) => {
      await session.execute('LOCK TABLES openeg_chat_outbox WRITE');
      await collectGauges(test.database, metrics, NIGHT_PLAN);
      await waitUntil(async () => (await test.database.query(isRead)).length === 0, {
        deadlineMs: 25_000,
        what: 'the end of the statement',
      });
      await session.execute('UNLOCK TABLES');
    });
    expect(await valueOf(metrics.alertsWaiting)).toBeUndefined();
    expect(await valueOf(metrics.monitorRunning)).toBe(1);
  });
});
