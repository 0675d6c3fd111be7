import { ApplicationFailure, WorkflowExecutionAlreadyStartedError, defineSearchAttributeKey } from '@temporalio/common';
import {
  CancellationScope,
  continueAsNew,
  executeChild,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { CollectionCoreActivities, CollectionPlan } from '../../activities/collection/collection-core-activities';
import {
  collectionRequestSchema,
  futureDateIssue,
  type CollectionRequest,
} from '../../domain/collection/collection-request';
import { describeIssues } from '../../domain/shared/describe-issues';
import { collectionDateFor, learningDatesBetween, type LearningDate } from '../../domain/shared/learning-date';
import type { ErrorCode } from '../../domain/shared/service-error';
import { statisticsTriggersFor, type StatisticsTrigger } from '../../domain/collection/statistics-trigger';
import { cohortCollection } from './cohort-collection';
import { CollectionPasses, type CollectionPassesState } from './collection-passes';
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
/** Between two nights. Seoul has no daylight-saving time. */
const DAY_MS = 24 * 60 * 60_000;

const { planCollection } = proxyActivities<CollectionCoreActivities>(DATABASE_POLICY);

const { joinCollection } = proxyActivities<CollectionCoreActivities>(JOIN_POLICY);

/** The second argument. Only this service's workflows set it; operators give the first one. */
export interface NightlyCollectionHandedOn {
  /** ISO instant: data read after it is new enough. By default it is the moment of planning. */
  requestedAt?: string;
  /** The last date of a range that begins with the request's date. */
  to?: LearningDate | undefined;
  /** The state of a run that continued as a new one. */
  continued?: {
    date: LearningDate;
    night: Night | undefined;
    plan: CollectionPlan;
    passes: CollectionPassesState;
    tally: CollectionTallyState;
  };
}

/** Undefined for a re-run by hand. Instants are milliseconds. */
interface Night {
  beganAtMs: number;
  nextNightAtMs: number;
}

/**
 * Collects a date, or each date of a range, for every active cohort or for the named ones, in passes (decision 0021). Sends
 * the statistics triggers of what each pass stored. A cohort's failure is a value in the result. The default date is the day
 * before the Schedule's nominal time, however late the run starts.
 */
export async function nightlyCollection(
  input: NightlyCollectionInput = {},
  handedOn: NightlyCollectionHandedOn = {},
): Promise<NightlyCollectionResult> {
  const request = readRequest(input);
  const { continued, to } = handedOn;
  const date = continued?.date ?? request.date ?? collectionDateFor(scheduledAt() ?? workflowInfo().startTime);
  const night = continued === undefined ? nightOf(scheduledAt()) : continued.night;
  const dates = learningDatesBetween(date, to ?? date);
  const tally = new CollectionTally(date, continued?.tally);
  setHandler(progressQuery, () => tally.progress);
  const show = () => setCurrentDetails(tally.details());

  const plan = continued?.plan ?? (await planFor(request, date, handedOn.requestedAt));
  if (continued === undefined) tally.expect(plan, dates);
  const passes = new CollectionPasses(plan, dates, continued?.passes);
  const announcements: Promise<void>[] = [];
  const announce = async (triggers: readonly StatisticsTrigger[]) => {
    if (triggers.length === 0) return;
    tally.announcing();
    show();
    const { statistics } = await sendStatistics(triggers);
    tally.announced(statistics);
    show();
  };
  const lane = async () => {
    while (!workflowInfo().continueAsNewSuggested) {
      const turn = passes.take();
      if (turn === undefined) return;
      tally.begin(turn);
      show();
      const result = await collectCohort(turn);
      passes.note(result, Date.now());
      tally.add(result, passes.pass > 1);
      show();
    }
  };

  do {
    await untilPassStarts(passes, tally);
    while (passes.date !== undefined) {
      await Promise.all(Array.from({ length: COHORTS_AT_ONCE }, lane));
      // Every child has ended, so none is left without a parent. What is announced is not handed on.
      if (workflowInfo().continueAsNewSuggested) {
        await Promise.all(announcements);
        const state = { date, night, plan, passes: passes.handOn(), tally: tally.handOn() };
        return continueAsNew<typeof nightlyCollection>(input, { ...handedOn, continued: state });
      }
      if (plan.tellsStatistics) announcements.push(announce(statisticsTriggersFor(passes.date, tally.takeStored())));
      passes.endDate();
    }
  } while (passes.startNext(Date.now(), night));
  await Promise.all(announcements);
  return { ...tally.progress, date, to, dates: tally.dates };
}

/** Shows until when the next pass waits. Nobody waits before the first one. */
async function untilPassStarts(passes: CollectionPasses, tally: CollectionTally): Promise<void> {
  const { pass, startsAtMs, cohortsOfPass } = passes;
  const waitMs = startsAtMs - Date.now();
  if (waitMs > 0) {
    tally.waitForPass(new Date(startsAtMs), cohortsOfPass);
    setCurrentDetails(tally.details());
    await sleep(waitMs, { summary: `Until pass ${pass}` });
  }
  tally.startPass(pass, passes.turnsLeft);
}

function readRequest(input: NightlyCollectionInput): CollectionRequest {
  const parsed = collectionRequestSchema.safeParse(input);
  const issue = parsed.success ? futureDateIssue(parsed.data, new Date()) : describeIssues(parsed.error, 'the request');
  if (!parsed.success || issue !== undefined) {
    throw ApplicationFailure.nonRetryable(`Wrong request: ${issue}.`, 'INPUT_INVALID' satisfies ErrorCode);
  }
  return parsed.data;
}

/** The Schedule's nominal time. Undefined where no Schedule started the run. */
function scheduledAt(): Date | undefined {
  return workflowInfo().typedSearchAttributes.get(defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME'));
}

function nightOf(nominalStart: Date | undefined): Night | undefined {
  if (nominalStart === undefined) return undefined;
  return { beganAtMs: Date.now(), nextNightAtMs: nominalStart.getTime() + DAY_MS };
}

function planFor(
  request: CollectionRequest,
  date: LearningDate,
  requestedAt: string | undefined,
): Promise<CollectionPlan> {
  return planCollection.executeWithOptions({ summary: `Cohorts and data types of ${date}` }, [
    { ...request, date, requestedAt },
  ]);
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
      return { skId, date, outcomes: await recordCollectionFailure(input, failureReason(error)) };
    }
  }
}
