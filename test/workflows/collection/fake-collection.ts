import { Worker, type NativeConnection } from '@temporalio/worker';
import { createFailureInterceptor } from '../../../src/activities/shared/failure-interceptor';
import type {
  CollectionCoreActivities,
  CollectionPlan,
} from '../../../src/activities/collection/collection-core-activities';
import type { CollectionLmsActivities } from '../../../src/activities/collection/collection-lms-activities';
import { withHeartbeat } from '../../../src/activities/shared/with-heartbeat';
import type { RecordFailureInput } from '../../../src/activities/collection/collection-inputs';
import { DATA_TYPES, type DataType } from '../../../src/domain/collection/data-type';
import type { StatisticsTrigger } from '../../../src/domain/collection/statistics-trigger';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { CORE_TASK_QUEUE, LMS_TASK_QUEUE } from '../../../src/workflows/contract';
import { workflowBundle } from '../../support/workflow-workers';

/** Answers for one data type of `collectCohort`. A ServiceError is that data type's failure. */
type CollectOne = (input: {
  skId: string;
  date: string;
  dataType: DataType;
  requestedAt: string;
}) => Promise<{ rowCount: number }>;

type Answers = CollectionCoreActivities & Partial<CollectionLmsActivities> & { collectOne: CollectOne };

/** Fake activities, and the inputs that they got. */
export interface FakeCollection {
  activities: CollectionCoreActivities & CollectionLmsActivities;
  /** Every try of a data type, alone or with others. */
  collected: Parameters<CollectOne>[0][];
  /** The most cohorts that were tried at the same time. */
  mostCohortsAtOnce(): number;
  failures: RecordFailureInput[];
  triggers: StatisticsTrigger[];
  sent: StatisticsTrigger[];
  failedTriggers: (StatisticsTrigger & { message: string })[];
  joined: { workflowId: string }[];
  plans: Parameters<CollectionCoreActivities['planCollection']>[0][];
}

/** @param answers activities that replace the usual fakes */
export function fakeCollection(skIds: string[], answers: Partial<Answers> = {}): FakeCollection {
  const underWay: string[] = [];
  let mostCohorts = 0;
  const activities: Answers = {
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
    collectOne: async () => ({ rowCount: 10 }),
    ...answers,
  };
  const noting = <Input, Result>(notes: Input[], answer: (input: Input) => Promise<Result>) => {
    return (input: Input) => {
      notes.push(input);
      return answer(input);
    };
  };
  const notes: Omit<FakeCollection, 'activities' | 'mostCohortsAtOnce'> = {
    ...{ collected: [], failures: [], triggers: [], sent: [], failedTriggers: [], plans: [], joined: [] },
  };
  const { collectOne, collectCohort = collectEach, ...coreActivities } = activities;
  const noted = noting(notes.collected, collectOne);
  async function countedCollectOne(input: Parameters<CollectOne>[0]) {
    underWay.push(input.skId);
    mostCohorts = Math.max(mostCohorts, new Set(underWay).size);
    try {
      return await noted(input);
    } finally {
      underWay.splice(underWay.indexOf(input.skId), 1);
    }
  }
  function collectEach({ dataTypes, ...cohort }: Parameters<CollectionLmsActivities['collectCohort']>[0]) {
    return withHeartbeat(() =>
      Promise.all(
        dataTypes.map((dataType) =>
          countedCollectOne({ ...cohort, dataType }).then(
            ({ rowCount }) => ({ dataType, stored: true, rowCount }),
            (error: unknown) => {
              if (!(error instanceof ServiceError)) throw error;
              return { dataType, stored: false, rowCount: 0, code: error.code, message: error.message };
            },
          ),
        ),
      ),
    );
  }
  return {
    ...notes,
    mostCohortsAtOnce: () => mostCohorts,
    activities: {
      ...coreActivities,
      planCollection: noting(notes.plans, activities.planCollection),
      joinCollection: noting(notes.joined, activities.joinCollection),
      recordCollectionFailure: noting(notes.failures, activities.recordCollectionFailure),
      sendStatisticsTrigger: noting(notes.triggers, activities.sendStatisticsTrigger),
      recordStatisticsSent: noting(notes.sent, activities.recordStatisticsSent),
      recordStatisticsFailure: noting(notes.failedTriggers, activities.recordStatisticsFailure),
      collectCohort,
    },
  };
}

/** Runs `work` while workers of both task queues run the fakes. */
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
  const { collectCohort } = activities;
  const lms = await Worker.create({ ...shared, taskQueue: LMS_TASK_QUEUE, activities: { collectCohort } });
  return core.runUntil(lms.runUntil(work()));
}
