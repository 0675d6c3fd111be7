import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DATA_TYPES } from '../../../src/domain/collection/data-type';
import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { cohortCollection } from '../../../src/workflows';
import { CORE_TASK_QUEUE, cohortCollectionId } from '../../../src/workflows/contract';
import { fakeCollection, withCollectionWorkers, type FakeCollection } from './fake-collection';
import { timeSkippingEnvironment } from '../../support/temporal';
import { waitUntil } from '../../support/wait-until';

const date = learningDateSchema.parse('2025-01-20');
const requestedAt = '2025-03-01T00:00:00.000Z';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await timeSkippingEnvironment();
});
afterAll(() => environment?.teardown());

const options = (skId: string) => ({
  taskQueue: CORE_TASK_QUEUE,
  workflowId: cohortCollectionId(date, skId),
  args: [{ skId, date, dataTypes: ['vod' as const, 'pbl' as const, 'task' as const, 'roadmap' as const], requestedAt }],
});

function run(fake: FakeCollection, skId = 'SK1') {
  return withCollectionWorkers(environment.nativeConnection, fake, () =>
    environment.client.workflow.execute(cohortCollection, { ...options(skId), args: [options(skId).args[0]!] }),
  );
}

it('collects each data type once', async () => {
  const fake = fakeCollection([]);
  const result = await run(fake);
  expect(result).toEqual({
    skId: 'SK1',
    date,
    outcomes: ['vod', 'pbl', 'task', 'roadmap'].map((dataType) => ({ dataType, stored: true, rowCount: 10 })),
  });
  expect(fake.collected).toHaveLength(DATA_TYPES.length);
  expect(fake.collected).toContainEqual({ skId: 'SK1', date, dataType: 'vod', requestedAt });
  expect(fake.failures).toEqual([]);
});

it('lets one data type fail alone, and asks for it once', async () => {
  const reason = { code: 'LMS_UNAVAILABLE' as const, message: 'listPblProblems: the LMS answered 500' };
  const fake = fakeCollection([], {
    async collectOne({ dataType }) {
      if (dataType === 'pbl') throw new ServiceError(reason.code, reason.message);
      return { rowCount: 3 };
    },
  });
  const { outcomes } = await run(fake);
  expect(outcomes.filter(({ stored }) => stored).map(({ dataType }) => dataType)).toEqual(['vod', 'task', 'roadmap']);
  expect(outcomes[1]).toEqual({ dataType: 'pbl', stored: false, rowCount: 0, ...reason });
  expect(fake.collected).toHaveLength(DATA_TYPES.length);
  // The activity itself records the failures that are values in its result.
  expect(fake.failures).toEqual([]);
});

it('repeats a try that was interrupted', async () => {
  let tries = 0;
  const fake = fakeCollection([], {
    async collectCohort({ dataTypes }) {
      tries += 1;
      if (tries < 3) throw new ServiceError('LMS_LEASE_LOST', 'Another process has the lease.');
      return dataTypes.map((dataType) => ({ dataType, stored: true, rowCount: 1 }));
    },
  });
  expect((await run(fake)).outcomes.map(({ stored }) => stored)).toEqual(Array(DATA_TYPES.length).fill(true));
  expect(tries).toBe(3);
});

it('records why a try failed as a whole', async () => {
  const fake = fakeCollection([], {
    collectCohort: () => Promise.reject(new ServiceError('DATABASE_UNAVAILABLE', 'The database is away.')),
  });
  const { outcomes } = await run(fake);
  expect(outcomes.map(({ code }) => code)).toEqual(Array(DATA_TYPES.length).fill('DATABASE_UNAVAILABLE'));
  expect(fake.failures).toEqual([
    {
      ...{ skId: 'SK1', date, dataTypes: ['vod', 'pbl', 'task', 'roadmap'], message: 'The database is away.' },
      workflowId: 'collection/2025-01-20/SK1',
    },
  ]);
});

it('marks its runs failed when it is cancelled, and ends as cancelled', async () => {
  const fake = fakeCollection([], {
    collectOne: ({ dataType }) => (dataType === 'vod' ? Context.current().cancelled : Promise.resolve({ rowCount: 1 })),
  });
  await withCollectionWorkers(environment.nativeConnection, fake, async () => {
    const handle = await environment.client.workflow.start(cohortCollection, {
      ...options('SK2'),
      args: [options('SK2').args[0]!],
    });
    await waitUntil(() => fake.collected.length === DATA_TYPES.length, { deadlineMs: 30_000, what: 'the activities' });
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  });
  expect(fake.failures).toMatchObject([{ skId: 'SK2', message: 'It was cancelled before it ended.' }]);
});
