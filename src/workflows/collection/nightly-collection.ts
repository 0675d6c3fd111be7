import { ApplicationFailure, WorkflowExecutionAlreadyStartedError, defineSearchAttributeKey } from '@temporalio/common';
import {
  CancellationScope,
  continueAsNew,
  executeChild,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { CollectionCoreActivities, CollectionPlan } from '../../activities/collection/collection-core-activities';
import {
  collectionRequestSchema,
  futureDateIssue,
  type CollectionRequest,
} from '../../domain/collection/collection-request';
import { describeIssues } from '../../domain/shared/describe-issues';
import { collectionDateFor, type LearningDate } from '../../domain/shared/learning-date';
import type { ErrorCode } from '../../domain/shared/service-error';
import { statisticsTriggersFor } from '../../domain/collection/statistics-trigger';
import { cohortCollection } from './cohort-collection';
import { CollectionTally, type CollectionTallyState } from './collection-tally';
import {
  cohortCollectionId,
  progressQuery,
  type CohortCollectionInput,
  type CohortCollectionResult,
  type NightlyCollectionInput,
  type NightlyCollectionResult,
} from '../contract';
import { DATABASE_POLICY, JOIN_POLICY } from '../shared/activity-policies';
import { failureReason } from '../shared/failure-reason';
import { recordCollectionFailure } from './record-collection-failure';
import { sendStatistics } from './send-statistics';

/** One cohort can fill all slots at the LMS. While it starts, stores and ends, others must fill them. */
const COHORTS_AT_ONCE = 6;

const { planCollection } = proxyActivities<CollectionCoreActivities>(DATABASE_POLICY);

const { joinCollection } = proxyActivities<CollectionCoreActivities>(JOIN_POLICY);

/** The second argument. Only this service's workflows set it; operators give the first one. */
export interface NightlyCollectionHandedOn {
  /** ISO instant: data read after it is new enough. All dates of a range share one. */
  requestedAt?: string;
  /** The state of a run that continued as a new one. */
  continued?: { date: LearningDate; plan: CollectionPlan; tally: CollectionTallyState };
}

/**
 * Collects a date for every active cohort, or for the named ones, and sends the statistics triggers. A cohort's failure is
 * a value in the result. The default date is the day before the Schedule's nominal time, however late the run starts.
 */
export async function nightlyCollection(
  input: NightlyCollectionInput = {},
  handedOn: NightlyCollectionHandedOn = {},
): Promise<NightlyCollectionResult> {
  const request = readRequest(input);
  const date = handedOn.continued?.date ?? request.date ?? collectionDateFor(nominalStart());
  const tally = new CollectionTally(date, handedOn.continued?.tally);
  setHandler(progressQuery, () => tally.progress);
  const show = () => setCurrentDetails(tally.details());

  const plan = handedOn.continued?.plan ?? (await planFor(request, date, handedOn.requestedAt, tally));
  show();
  const remaining = plan.dataTypes.length === 0 ? [] : [...plan.skIds];
  const lane = async () => {
    while (!workflowInfo().continueAsNewSuggested) {
      const skId = remaining.shift();
      if (skId === undefined) return;
      tally.begin(skId);
      const { dataTypes, requestedAt } = plan;
      tally.add(await collectCohort({ skId, date, dataTypes, requestedAt }));
      show();
    }
  };
  await Promise.all(Array.from({ length: COHORTS_AT_ONCE }, lane));
  // Every child has ended, so none is left without a parent.
  if (remaining.length > 0) {
    const continued = { date, plan: { ...plan, skIds: remaining }, tally: tally.handOn() };
    return continueAsNew<typeof nightlyCollection>(input, { ...handedOn, continued });
  }

  if (plan.tellsStatistics) {
    tally.progress.statistics = 'pending';
    show();
    const { statistics } = await sendStatistics(statisticsTriggersFor(date, tally.stored()));
    tally.progress.statistics = statistics;
    show();
  }
  return { ...tally.progress, date };
}

function readRequest(input: NightlyCollectionInput): CollectionRequest {
  const parsed = collectionRequestSchema.safeParse(input);
  const issue = parsed.success ? futureDateIssue(parsed.data, new Date()) : describeIssues(parsed.error, 'the request');
  if (!parsed.success || issue !== undefined) {
    throw ApplicationFailure.nonRetryable(`Wrong request: ${issue}.`, 'INPUT_INVALID' satisfies ErrorCode);
  }
  return parsed.data;
}

function nominalStart(): Date {
  const scheduledAt = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
  return workflowInfo().typedSearchAttributes.get(scheduledAt) ?? workflowInfo().startTime;
}

async function planFor(
  request: CollectionRequest,
  date: LearningDate,
  requestedAt: string | undefined,
  tally: CollectionTally,
): Promise<CollectionPlan> {
  const plan = await planCollection.executeWithOptions({ summary: `Cohorts and data types of ${date}` }, [
    { ...request, date, requestedAt },
  ]);
  tally.expect(plan.skIds.length + plan.refused.length);
  for (const { skId, code, message } of plan.refused) {
    const outcomes = plan.dataTypes.map((dataType) => ({ dataType, stored: false, rowCount: 0, code, message }));
    tally.add({ skId, date, outcomes });
  }
  return plan;
}

/** Waits for another run's collection of the same cohort and date. Its own one then adopts the data that is new enough. */
async function collectCohort(input: CohortCollectionInput): Promise<CohortCollectionResult> {
  const { skId, date, dataTypes } = input;
  const workflowId = cohortCollectionId(date, skId);
  for (;;) {
    try {
      return await executeChild(cohortCollection, {
        workflowId,
        args: [input],
        // When this collection is ended by hand, its children still mark their runs before they end.
        parentClosePolicy: 'REQUEST_CANCEL',
        staticSummary: `${skId} ${date}: ${dataTypes.join(', ')}`,
      });
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) {
        await joinCollection.executeWithOptions({ summary: `Waits for ${workflowId}` }, [{ workflowId }]);
        continue;
      }
      if (CancellationScope.current().consideredCancelled) throw error;
      const reason = failureReason(error);
      await recordCollectionFailure({ skId, date, dataTypes }, reason);
      return {
        skId,
        date,
        outcomes: dataTypes.map((dataType) => ({ dataType, stored: false, rowCount: 0, ...reason })),
      };
    }
  }
}
