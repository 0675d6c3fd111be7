import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DATA_TYPES } from '../../../src/domain/collection/data-type';
import { collectionDateFor, learningDateSchema } from '../../../src/domain/shared/learning-date';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { cohortCollection, nightlyCollection, statisticsTrigger } from '../../../src/workflows';
import {
  CORE_TASK_QUEUE,
  cohortCollectionId,
  progressQuery,
  statisticsTriggerId,
  type NightlyCollectionInput,
} from '../../../src/workflows/contract';
import type { NightlyCollectionHandedOn } from '../../../src/workflows/collection/nightly-collection';
import { fakeCollection, withCollectionWorkers, type FakeCollection } from './fake-collection';
import { timeSkippingEnvironment } from '../../support/temporal';
import { waitUntil } from '../../support/wait-until';

const date = learningDateSchema.parse('2025-01-20');
const ALL = ['vod', 'pbl', 'task', 'roadmap'];

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await timeSkippingEnvironment();
});
afterAll(() => environment?.teardown());

let runs = 0;
function start(input: NightlyCollectionInput, handedOn?: NightlyCollectionHandedOn) {
  return environment.client.workflow.start(nightlyCollection, {
    taskQueue: CORE_TASK_QUEUE,
    workflowId: `nightly-${(runs += 1)}`,
    args: handedOn === undefined ? [input] : [input, handedOn],
  });
}

function run(fake: FakeCollection, input: NightlyCollectionInput, handedOn?: NightlyCollectionHandedOn) {
  return withCollectionWorkers(environment.nativeConnection, fake, async () => (await start(input, handedOn)).result());
}

const skIds = (count: number) => Array.from({ length: count }, (_, index) => `SK${String(index + 1).padStart(3, '0')}`);

it('collects every cohort, a few at once, and sends one statistics trigger', async () => {
  let letGo = () => {};
  const sixAtOnce = new Promise<void>((resolve) => (letGo = resolve));
  const fake = fakeCollection(skIds(15), {
    async collectOne() {
      if (fake.mostCohortsAtOnce() === 6) letGo();
      await sixAtOnce;
      return { rowCount: 10 };
    },
  });
  const result = await run(fake, { date });
  expect(result).toEqual({
    date,
    pass: 1,
    nextPass: null,
    cohortsTotal: 15,
    cohortsDone: 15,
    stored: 15 * DATA_TYPES.length,
    failed: 0,
    rows: 15 * DATA_TYPES.length * 10,
    failures: [],
    statistics: 'sent',
    dates: [{ date, stored: 15 * DATA_TYPES.length, failed: 0, rows: 15 * DATA_TYPES.length * 10 }],
  });
  expect(new Set(fake.collected.map(({ skId, dataType }) => `${skId} ${dataType}`)).size).toBe(15 * DATA_TYPES.length);
  expect(new Set(fake.collected.map(({ requestedAt }) => requestedAt))).toEqual(new Set(['2025-03-01T00:00:00.000Z']));
  expect(fake.mostCohortsAtOnce()).toBe(6);
  expect(fake.triggers).toEqual([{ targetDate: date, skIds: skIds(15), dataTypes: ALL }]);
  expect(fake.sent).toEqual(fake.triggers);
});

it('collects the day before when no date is given', async () => {
  const fake = fakeCollection(['SK001']);
  const today = collectionDateFor(new Date(await environment.currentTimeMs()));
  expect((await run(fake, {})).date).toBe(today);
});

it('sends a trigger for each set of stored data types, and none for a cohort that failed whole', async () => {
  const fake = fakeCollection(skIds(4), {
    async collectOne({ skId, dataType }) {
      if (skId === 'SK002' && dataType === 'vod') throw new ServiceError('LMS_BAD_PAGE', 'watchedSeconds is missing');
      if (skId === 'SK003') throw new ServiceError('LMS_ACCOUNT_REFUSED', 'The password is wrong.');
      return { rowCount: 1 };
    },
  });
  const result = await run(fake, { date });
  const failed = 1 + DATA_TYPES.length;
  expect(result).toMatchObject({ stored: 4 * DATA_TYPES.length - failed, failed, statistics: 'sent' });
  expect(result.failures).toHaveLength(failed);
  expect(result.failures).toContainEqual({
    ...{ date, skId: 'SK002', dataType: 'vod', code: 'LMS_BAD_PAGE', message: 'watchedSeconds is missing' },
  });
  expect(fake.triggers).toHaveLength(2);
  expect(fake.triggers).toContainEqual({ targetDate: date, skIds: ['SK001', 'SK004'], dataTypes: ALL });
  expect(fake.triggers).toContainEqual({ targetDate: date, skIds: ['SK002'], dataTypes: ['pbl', 'task', 'roadmap'] });
});

it('names requested cohorts that it can not collect', async () => {
  const refusal = { skId: 'SK9', code: 'COHORT_UNKNOWN', message: 'No cohort SK9 was imported.' };
  const fake = fakeCollection(['SK001'], {
    planCollection: async () => ({
      ...{ requestedAt: '2025-03-01T00:00:00.000Z', skIds: ['SK001'], dataTypes: ['vod', 'pbl'] },
      ...{ refused: [refusal], tellsStatistics: false },
    }),
  });
  expect(await run(fake, { date, skIds: ['SK001', 'SK9'] })).toEqual({
    ...{ date, cohortsTotal: 2, cohortsDone: 2, stored: 2, failed: 2, rows: 20, statistics: 'off' },
    ...{ pass: 1, nextPass: null, dates: [{ date, stored: 2, failed: 2, rows: 20 }] },
    failures: ['vod', 'pbl'].map((dataType) => ({ date, ...refusal, dataType })),
  });
  expect(fake.triggers).toEqual([]);
});

it.each([
  { why: 'malformed', input: { date: '20 January' } },
  { why: 'no object', input: 'hunter2' },
  { why: 'of a field that there is not', input: { date, skid: 'hunter2' } },
  { why: 'after today', input: { date: '2999-01-01' } },
])('refuses a request that is $why, without quoting it', async ({ input }) => {
  const fake = fakeCollection(['SK001']);
  const failure = run(fake, input as NightlyCollectionInput);
  await expect(failure).rejects.toMatchObject({ cause: { type: 'INPUT_INVALID' } });
  await expect(failure).rejects.not.toMatchObject({ cause: { message: expect.stringContaining('hunter2') as string } });
  expect(fake.collected).toEqual([]);
});

it('hands its request time on to every activity', async () => {
  const requestedAt = '2025-02-02T02:02:02.222Z';
  const fake = fakeCollection(['SK001']);
  await run(fake, { date }, { requestedAt });
  expect(fake.plans).toEqual([{ date, requestedAt }]);
  expect(new Set(fake.collected.map((each) => each.requestedAt))).toEqual(new Set([requestedAt]));
});

describe('the statistics trigger', () => {
  it('is retried three times; then an incident opens and the collection still succeeds', async () => {
    const fake = fakeCollection(['SK001'], {
      sendStatisticsTrigger: () => Promise.reject(new ServiceError('STATISTICS_UNAVAILABLE', 'It answered HTTP 503.')),
    });
    expect(await run(fake, { date })).toMatchObject({ stored: DATA_TYPES.length, failed: 0, statistics: 'failed' });
    expect(fake.triggers).toHaveLength(4);
    expect(fake.failedTriggers).toEqual([{ ...fake.triggers[0], message: 'It answered HTTP 503.' }]);
    expect(fake.sent).toEqual([]);
  });

  it('is not retried after a refusal', async () => {
    const fake = fakeCollection(['SK001'], {
      sendStatisticsTrigger: () => Promise.reject(new ServiceError('STATISTICS_REJECTED', 'HTTP 400')),
    });
    expect(await run(fake, { date })).toMatchObject({ statistics: 'failed' });
    expect(fake.triggers).toHaveLength(1);
  });

  it('succeeds with a later try', async () => {
    let tries = 0;
    const fake = fakeCollection(['SK001'], {
      async sendStatisticsTrigger() {
        if ((tries += 1) < 4) throw new ServiceError('STATISTICS_UNAVAILABLE', 'HTTP 500');
      },
    });
    expect(await run(fake, { date })).toMatchObject({ statistics: 'sent' });
    expect(fake.sent).toHaveLength(1);
  });

  it('is sent again for everything that is stored of a date', async () => {
    const triggers = [
      { targetDate: date, skIds: ['SK001'], dataTypes: ['vod' as const] },
      { targetDate: date, skIds: ['SK002'], dataTypes: ['pbl' as const, 'task' as const] },
    ];
    const fake = fakeCollection([], {
      planStatistics: async () => ({ triggers }),
      async sendStatisticsTrigger({ skIds: [skId] }) {
        if (skId === 'SK002') throw new ServiceError('STATISTICS_REJECTED', 'HTTP 404');
      },
    });
    const result = await withCollectionWorkers(environment.nativeConnection, fake, () =>
      environment.client.workflow.execute(statisticsTrigger, {
        ...{ taskQueue: CORE_TASK_QUEUE, workflowId: statisticsTriggerId(date), args: [{ date }] },
      }),
    );
    expect(result).toEqual({
      statistics: 'failed',
      triggers: [
        { cohorts: 1, dataTypes: ['vod'], sent: true },
        { cohorts: 1, dataTypes: ['pbl', 'task'], sent: false, code: 'STATISTICS_REJECTED', message: 'HTTP 404' },
      ],
    });
  });
});

it("waits for another run's collection of the same cohort and date, then runs its own", async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const fake = fakeCollection(['SK001'], {
    async collectOne({ requestedAt }) {
      if (requestedAt === '2025-01-01T00:00:00.000Z') await held;
      return { rowCount: 1 };
    },
    joinCollection: () => held,
  });
  await withCollectionWorkers(environment.nativeConnection, fake, async () => {
    const other = await environment.client.workflow.start(cohortCollection, {
      taskQueue: CORE_TASK_QUEUE,
      workflowId: cohortCollectionId(date, 'SK001'),
      args: [{ skId: 'SK001', date, dataTypes: ['vod'], requestedAt: '2025-01-01T00:00:00.000Z' }],
    });
    await waitUntil(() => fake.collected.length === 1, { deadlineMs: 30_000, what: 'the other collection' });
    const handle = await start({ date });
    await waitUntil(() => fake.joined.length === 1, { deadlineMs: 30_000, what: 'the wait for it' });
    expect(fake.joined).toEqual([{ workflowId: cohortCollectionId(date, 'SK001') }]);
    expect(await handle.query(progressQuery)).toMatchObject({ date, cohortsTotal: 1, cohortsDone: 0 });
    expect(fake.collected).toHaveLength(1);
    letGo();
    expect(await handle.result()).toMatchObject({ stored: DATA_TYPES.length, failed: 0 });
    await other.result();
  });
  expect(fake.collected).toHaveLength(1 + DATA_TYPES.length);
});
