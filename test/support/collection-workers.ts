import { Worker, type NativeConnection } from '@temporalio/worker';
import { createFailureInterceptor } from '../../src/activities/failure-interceptor';
import type { CollectionCoreActivities, CollectionPlan } from '../../src/activities/collection-core-activities';
import type { CollectionLmsActivities } from '../../src/activities/collection-lms-activities';
import type { RecordFailureInput } from '../../src/domain/collection-activity-inputs';
import { DATA_TYPES } from '../../src/domain/data-type';
import type { StatisticsTrigger } from '../../src/domain/statistics-trigger';
import { CORE_TASK_QUEUE, LMS_TASK_QUEUE } from '../../src/workflows/contract';
import { workflowBundle } from './workflow-workers';

type Collect = CollectionLmsActivities['collectDataset'];

/** What the fakes were asked, and what they answer unless a test says otherwise. */
export interface FakeCollection {
  activities: CollectionCoreActivities & CollectionLmsActivities;
  collected: Parameters<Collect>[0][];
  /** Most calls of `collectDataset` under way at once, by cohorts. */
  mostCohortsAtOnce(): number;
  failures: RecordFailureInput[];
  triggers: StatisticsTrigger[];
  sent: StatisticsTrigger[];
  failedTriggers: (StatisticsTrigger & { message: string })[];
  joined: { workflowId: string }[];
  plans: Parameters<CollectionCoreActivities['planCollection']>[0][];
}

/** @param answers whatever of the activities the test wants otherwise */
export function fakeCollection(
  skIds: string[],
  answers: Partial<CollectionCoreActivities & CollectionLmsActivities> = {},
): FakeCollection {
  const underWay: string[] = [];
  let mostCohorts = 0;
  const fake: FakeCollection = {
    collected: [],
    failures: [],
    triggers: [],
    sent: [],
    failedTriggers: [],
    plans: [],
    joined: [],
    mostCohortsAtOnce: () => mostCohorts,
    activities: {
      async planCollection(input): Promise<CollectionPlan> {
        return {
          requestedAt: input.requestedAt ?? '2025-03-01T00:00:00.000Z',
          skIds: skIds.filter((skId) => input.skIds?.includes(skId) ?? true),
          dataTypes: input.dataTypes ?? [...DATA_TYPES],
          refused: [],
          tellsStatistics: true,
        };
      },
      readRequestTime: async () => ({ requestedAt: '2025-03-01T00:00:00.000Z' }),
      joinCollection: async () => {},
      recordCollectionFailure: async () => {},
      planStatistics: async () => ({ triggers: [] }),
      sendStatisticsTrigger: async () => {},
      recordStatisticsSent: async () => {},
      recordStatisticsFailure: async () => {},
      collectDataset: async () => ({ rowCount: 10, adopted: false }),
      ...answers,
    },
  };
  const { activities } = fake;
  const noting = <Input, Result>(notes: Input[], answer: (input: Input) => Promise<Result>) => {
    return (input: Input) => {
      notes.push(input);
      return answer(input);
    };
  };
  const collect = noting(fake.collected, activities.collectDataset);
  fake.activities = {
    ...activities,
    planCollection: noting(fake.plans, activities.planCollection),
    joinCollection: noting(fake.joined, activities.joinCollection),
    recordCollectionFailure: noting(fake.failures, activities.recordCollectionFailure),
    sendStatisticsTrigger: noting(fake.triggers, activities.sendStatisticsTrigger),
    recordStatisticsSent: noting(fake.sent, activities.recordStatisticsSent),
    recordStatisticsFailure: noting(fake.failedTriggers, activities.recordStatisticsFailure),
    async collectDataset(input) {
      underWay.push(input.skId);
      mostCohorts = Math.max(mostCohorts, new Set(underWay).size);
      try {
        return await collect(input);
      } finally {
        underWay.splice(underWay.indexOf(input.skId), 1);
      }
    },
  };
  return fake;
}

/** Runs `work` while workers of both task queues serve it with the fakes. */
export async function withCollectionWorkers<Result>(
  connection: NativeConnection,
  { activities }: FakeCollection,
  work: () => Promise<Result>,
): Promise<Result> {
  const shared = { connection, interceptors: { activity: [createFailureInterceptor(() => false)] } };
  const core = await Worker.create({
    ...shared,
    taskQueue: CORE_TASK_QUEUE,
    workflowBundle: await workflowBundle(),
    activities,
  });
  const { collectDataset } = activities;
  const lms = await Worker.create({ ...shared, taskQueue: LMS_TASK_QUEUE, activities: { collectDataset } });
  return core.runUntil(lms.runUntil(work()));
}
