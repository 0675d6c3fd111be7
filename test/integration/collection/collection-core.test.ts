import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createCollectionCoreActivities } from '../../../src/activities/collection/collection-core-activities';
import { gatherServiceFacts } from '../../../src/adapters/database/operations/service-facts';
import { createMetrics } from '../../../src/adapters/metrics';
import { createStatisticsClient, type StatisticsClient } from '../../../src/adapters/statistics/statistics-client';
import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import { openCollection, type CollectionParts } from './open-collection';

const DATE = learningDateSchema.parse('2025-01-20');

let parts: CollectionParts;
let statistics: StatisticsClient;
beforeEach(async () => {
  parts = await openCollection({ cohorts: 3, size: { students: 2 } });
  statistics = createStatisticsClient({ webhookUrl: parts.simulator.statisticsUrl });
});
afterEach(async () => {
  await statistics.close();
  await parts.close();
});

/** Runs an activity as a worker would. */
function run<Input, Output>(activity: (input: Input) => Promise<Output>, input: Input, attempt = 1): Promise<Output> {
  const environment = new MockActivityEnvironment({ attempt }, { logger: new DefaultLogger('ERROR') });
  return environment.run<[Input], Output, (input: Input) => Promise<Output>>(activity, input);
}

function activities(changes: { vodLogEnabled?: boolean; statistics?: undefined } = {}) {
  const { database, secretBox } = parts;
  return createCollectionCoreActivities({
    ...{ database, secretBox, statistics, vodLogEnabled: true, metrics: createMetrics() },
    ...changes,
  });
}

const trigger = (skIds: string[], dataTypes: ('vod' | 'pbl' | 'task' | 'roadmap')[]) => ({
  targetDate: DATE,
  skIds,
  dataTypes,
});

describe('planCollection', () => {
  it('covers active cohorts and every data type, and takes the time of the database', async () => {
    await parts.database.execute("UPDATE openeg_gather_town_info SET active = 0 WHERE sk_id = 'SK002'");
    const [before] = await parts.database.query<{ now: Date }>('SELECT UTC_TIMESTAMP(3) AS now');
    const { requestedAt, ...plan } = await run(activities().planCollection, { date: DATE });
    expect(plan).toEqual({
      skIds: ['SK001', 'SK003'],
      dataTypes: ['vod', 'pbl', 'task', 'roadmap'],
      refused: [],
      tellsStatistics: true,
    });
    expect(Date.parse(requestedAt)).toBeGreaterThanOrEqual(before!.now.getTime());
  });

  it('covers named cohorts that are active, and says why it refuses the others', async () => {
    await parts.database.execute("UPDATE openeg_gather_town_info SET active = 0 WHERE sk_id = 'SK002'");
    const plan = await run(activities().planCollection, {
      date: DATE,
      skIds: ['SK003', 'SK002', 'SK999', 'SK003'],
      dataTypes: ['roadmap', 'vod'],
      requestedAt: '2025-03-01T00:00:00.000Z',
    });
    expect(plan).toMatchObject({
      requestedAt: '2025-03-01T00:00:00.000Z',
      skIds: ['SK003'],
      dataTypes: ['vod', 'roadmap'],
      refused: [
        { skId: 'SK002', code: 'COHORT_INACTIVE' },
        { skId: 'SK999', code: 'COHORT_UNKNOWN' },
      ],
    });
  });

  it('leaves out vod where the worker has it turned off, and knows when there is no statistics server', async () => {
    const { planCollection } = activities({ vodLogEnabled: false, statistics: undefined });
    expect(await run(planCollection, { date: DATE })).toMatchObject({
      dataTypes: ['pbl', 'task', 'roadmap'],
      tellsStatistics: false,
    });
    expect(await run(planCollection, { date: DATE, dataTypes: ['vod'] })).toMatchObject({
      dataTypes: [],
    });
  });

  it('refuses an input that it cannot parse, without its values', async () => {
    const planned = run(activities().planCollection, { date: 'hunter2' });
    await expect(planned).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(planned).rejects.not.toThrow('hunter2');
  });
});

it('records a failure where data is stored, and where none is', async () => {
  await parts.collectAll('SK001', DATE);
  const before = (await parts.run('SK001', DATE, 'vod'))!;
  const message = '가'.repeat(600);
  for (const skId of ['SK001', 'SK002']) {
    await run(activities().recordCollectionFailure, {
      ...{ skId, date: DATE, dataTypes: ['vod' as const], message, workflowId: `collection/${DATE}/${skId}` },
    });
  }
  expect(await parts.run('SK001', DATE, 'vod')).toMatchObject({
    ...{ status: 'failed', stored_at: before.stored_at, row_count: 16, error: '가'.repeat(500) },
  });
  expect((await parts.run('SK001', DATE, 'vod'))!.started_at.getTime()).toBeGreaterThan(before.started_at.getTime());
  expect(await parts.run('SK002', DATE, 'vod')).toMatchObject({
    ...{ status: 'failed', stored_at: null, row_count: null, workflow_id: 'collection/2025-01-20/SK002' },
  });
  await parts.collectAll('SK001', DATE);
  expect(await parts.run('SK001', DATE, 'vod')).toMatchObject({ status: 'stored', error: null });
});

describe('statistics', () => {
  it('plans triggers for what is stored of the date, whatever became of later tries', async () => {
    await parts.collectAll('SK001', DATE);
    await parts.collectAll('SK003', DATE);
    await parts.collect('SK002', DATE, 'task');
    await parts.collect('SK002', '2025-01-21', 'pbl');
    await run(activities().recordCollectionFailure, {
      ...{ skId: 'SK003', date: DATE, dataTypes: ['vod' as const], message: 'no', workflowId: 'w' },
    });
    await run(activities().recordCollectionFailure, {
      ...{ skId: 'SK002', date: DATE, dataTypes: ['vod' as const], message: 'no', workflowId: 'w' },
    });
    const plan = (changes = {}) => run(activities(changes).planStatistics, { date: DATE });
    expect((await plan()).triggers).toEqual([
      trigger(['SK001', 'SK003'], ['vod', 'pbl', 'task', 'roadmap']),
      trigger(['SK002'], ['task']),
    ]);
    expect((await plan({ vodLogEnabled: false })).triggers[0]).toEqual(
      trigger(['SK001', 'SK003'], ['pbl', 'task', 'roadmap']),
    );
    expect((await plan({ statistics: undefined })).triggers).toEqual([]);
  });

  it('sends the body that the contract describes', async () => {
    await run(activities().sendStatisticsTrigger, trigger(['SK001', 'SK002'], ['vod', 'pbl', 'task']));
    expect(parts.simulator.statisticsCalls()).toMatchObject([
      { outcome: 200, body: { sk_ids: ['SK001', 'SK002'], target_date: DATE, data_types: ['vod', 'pbl', 'task'] } },
    ]);
  });

  it.each([
    { status: 500, code: 'STATISTICS_UNAVAILABLE', retryable: true },
    { status: 408, code: 'STATISTICS_UNAVAILABLE', retryable: true },
    { status: 429, code: 'STATISTICS_UNAVAILABLE', retryable: true },
    { status: 400, code: 'STATISTICS_REJECTED', retryable: false },
    { status: 404, code: 'STATISTICS_REJECTED', retryable: false },
  ])('throws $code for HTTP $status', async ({ status, code, retryable }) => {
    await parts.simulator.setKnobs({ statistics: { faults: [{ fault: 'status', status }] } });
    const sent = run(activities().sendStatisticsTrigger, trigger(['SK001'], ['vod']));
    await expect(sent).rejects.toMatchObject({ code, retryable });
  });

  it.each([
    { asked: null, waits: [2_000, 4_000, 8_000] },
    { asked: 0, waits: [2_000, 4_000, 8_000] },
    { asked: 5, waits: [5_000, 5_000, 8_000] },
    { asked: 86_400, waits: [60_000, 60_000, 60_000] },
  ])(
    'waits longer after each try, and at least as long as Retry-After, up to a minute: $asked s',
    async ({ asked, waits }) => {
      await parts.simulator.setKnobs({
        statistics: { faults: [{ fault: 'status', status: 503, retryAfterSeconds: asked }] },
      });
      for (const [index, retryAfterMs] of waits.entries()) {
        const sent = run(activities().sendStatisticsTrigger, trigger(['SK001'], ['vod']), index + 1);
        await expect(sent).rejects.toMatchObject({ code: 'STATISTICS_UNAVAILABLE', retryAfterMs });
      }
    },
  );

  it('throws a retryable error when the server refuses connections, without its address', async () => {
    await parts.simulator.setKnobs({ statistics: { availability: 'refuse' } });
    const sent = run(activities().sendStatisticsTrigger, trigger(['SK001'], ['vod']));
    await expect(sent).rejects.toMatchObject({ code: 'STATISTICS_UNAVAILABLE', retryable: true });
    await expect(sent).rejects.not.toThrow(parts.simulator.statisticsUrl);
  });

  it('keeps triggers that were given up until later ones make up for them', async () => {
    const { recordStatisticsFailure, recordStatisticsSent } = activities();
    const [one, other] = [trigger(['SK001'], ['vod', 'pbl']), trigger(['SK002'], ['vod'])];
    const plan = { collectionTime: '02:00', dataTypes: [] };
    const failedCohorts = async () => {
      const { statistics: facts } = await gatherServiceFacts(parts.database, plan, ['statistics']);
      return facts.failed.map(({ cohorts }) => cohorts);
    };
    const states = () =>
      parts.database.query<{ state: string; error: string | null }>(
        'SELECT state, error FROM openeg_statistics_triggers ORDER BY id',
      );
    for (const failed of [one, other, one]) {
      await run(recordStatisticsFailure, { ...failed, message: 'HTTP 503' });
    }
    expect(await failedCohorts()).toEqual([1, 1]);
    expect(await states()).toEqual([1, 2].map(() => ({ state: 'failed', error: 'HTTP 503' })));

    await run(recordStatisticsSent, one);
    expect(await failedCohorts()).toEqual([1]);
    await run(recordStatisticsSent, trigger(['SK001', 'SK002'], ['vod', 'task']));
    expect(await failedCohorts()).toEqual([]);
    expect((await states()).map(({ state }) => state)).toEqual(['sent', 'replaced', 'sent']);

    const both = trigger(['SK001', 'SK002'], ['vod', 'task']);
    await run(recordStatisticsFailure, { ...both, message: 'HTTP 503' });
    await run(recordStatisticsSent, trigger(['SK001'], ['vod', 'task', 'pbl']));
    expect(await failedCohorts()).toEqual([2]);
    await run(recordStatisticsSent, trigger(['SK002'], ['vod', 'task']));
    expect(await failedCohorts()).toEqual([]);
  });
});
