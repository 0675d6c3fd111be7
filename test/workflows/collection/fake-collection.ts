import { Worker, type NativeConnection } from '@temporalio/worker';
import { createFailureInterceptor } from '../../../src/activities/shared/failure-interceptor';
import type {
  CollectionCoreActivities,
  CollectionPlan,
} from '../../../src/activities/collection/collection-core-activities';
import {
  describeFailedTry,
  type CollectionLmsActivities,
} from '../../../src/activities/collection/collection-lms-activities';
import { withHeartbeat } from '../../../src/activities/shared/with-heartbeat';
import type { RecordFailureInput } from '../../../src/activities/collection/collection-inputs';
import { DATA_TYPES } from '../../../src/domain/collection/data-type';
import type { StatisticsTrigger } from '../../../src/domain/collection/statistics-trigger';
import { CORE_TASK_QUEUE, LMS_TASK_QUEUE } from '../../../src/workflows/contract';
import { workflowBundle } from '../../support/workflow-workers';

type Collect = CollectionLmsActivities['collectDataset'];

/** `collectDataset` also answers for each data type of `collectCohort`. */
type Answers = CollectionCoreActivities &
  Omit<CollectionLmsActivities, 'collectCohort'> &
  Partial<CollectionLmsActivities>;

/** Fake activities, and the inputs that they got. */
export interface FakeCollection {
  activities: CollectionCoreActivities & CollectionLmsActivities;
  /** Every try of a data type, alone or with others. */
  collected: Parameters<Collect>[0][];
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
    collectDataset: async () => ({ rowCount: 10 }),
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
  const collectOne = noting(notes.collected, activities.collectDataset);
  const collectDataset: Collect = async (input) => {
    underWay.push(input.skId);
    mostCohorts = Math.max(mostCohorts, new Set(underWay).size);
    try {
      return await collectOne(input);
    } finally {
      underWay.splice(underWay.indexOf(input.skId), 1);
    }
  };
  return {
    ...notes,
    mostCohortsAtOnce: () => mostCohorts,
    activities: {
      ...activities,
      planCollection: noting(notes.plans, activities.planCollection),
      joinCollection: noting(notes.joined, activities.joinCollection),
      recordCollectionFailure: noting(notes.failures, activities.recordCollectionFailure),
      sendStatisticsTrigger: noting(notes.triggers, activities.sendStatisticsTrigger),
      recordStatisticsSent: noting(notes.sent, activities.recordStatisticsSent),
      recordStatisticsFailure: noting(notes.failedTriggers, activities.recordStatisticsFailure),
      collectDataset,
      collectCohort:
        activities.collectCohort ??
        (({ dataTypes, ...cohort }) =>
          withHeartbeat(() =>
            Promise.all(
              dataTypes.map((dataType) =>
                collectDataset({ ...cohort, dataType }).then(
                  ({ rowCount }) => ({ dataType, stored: true, rowCount }) as const,
                  (error: unknown) => ({ dataType, stored: false, ...describeFailedTry(error) }) as const,
                ),
              ),
            ),
          )),
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
  const { collectCohort, collectDataset } = activities;
  const lms = await Worker.create({
    ...shared,
    taskQueue: LMS_TASK_QUEUE,
    activities: { collectCohort, collectDataset },
  });
  return core.runUntil(lms.runUntil(work()));
}
