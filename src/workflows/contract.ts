import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DataType } from '../domain/collection/data-type';
import type { DatasetOutcome } from '../domain/collection/dataset-outcome';
import type { CollectionRequest, RerunRequest } from '../domain/collection/collection-request';
import type { LearningDate } from '../domain/shared/learning-date';

/*
 * The names that workflows, workers, the CLI and the HTTP server share (contract section 6): task queues, workflow ids,
 * messages, inputs and results. Inputs and results are small: keys, dates and counts only. Histories hold all of these
 * names, so none of them can be renamed.
 */

/** Workflows and quick activities. */
export const CORE_TASK_QUEUE = 'openeg-core';
/** Activities that talk to the LMS. Only the process that owns the lease polls it. */
export const LMS_TASK_QUEUE = 'openeg-lms';
/** Likewise, for the reports of completions: hanging ones leave the slots of the other activities free. */
export const COMPLETION_TASK_QUEUE = 'openeg-lms-completions';

// --- inquiries -------------------------------------------------------------------------------------------------

export const INQUIRY_MONITOR_ID = 'inquiry-monitor';

export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
export const checkNowSignal = defineSignal('checkNow');

export interface InquiryMonitorStatus {
  state: 'checking' | 'waiting' | 'paused';
  /** ISO instants; null before the first tick. */
  lastTickStartedAt: string | null;
  lastTickEndedAt: string | null;
  nextTickAt: string | null;
  /** Both count from the monitor's start, over all its runs. A tick is skipped when the one before took too long. */
  ticks: number;
  skippedTicks: number;
  /** These describe the last tick. */
  cohorts: number;
  newInquiries: number;
  failures: { skId: string; code: string; message: string }[];
  /** The number of cohorts whose check failed. `failures` names the first hundred. */
  failedCohorts: number;
  /** Why the last tick could not be planned or recorded; null when it could. */
  tickFailure: string | null;
}
export const monitorStatusQuery = defineQuery<InquiryMonitorStatus>('status');

export const ALERT_DELIVERY_ID = 'alert-delivery';

/** Wakes `alertDelivery`, which sends the messages that wait in the outbox and then ends. */
export const deliverSignal = defineSignal('deliver');

// --- collection ------------------------------------------------------------------------------------------------

export const NIGHTLY_SCHEDULE_ID = 'nightly-collection';
/** Erases rows older than OPENEG_RETENTION_DAYS. It does not exist where that variable is not set. */
export const RETENTION_SCHEDULE_ID = 'data-retention';

export function cohortCollectionId(date: LearningDate, skId: string): string {
  return `collection/${date}/${skId}`;
}

export interface CohortCollectionInput {
  skId: string;
  date: LearningDate;
  dataTypes: DataType[];
  /** ISO instant of the database's clock. Data read at or after it is new enough and is not read again. */
  requestedAt: string;
}

export interface CohortCollectionResult {
  skId: string;
  date: LearningDate;
  outcomes: DatasetOutcome[];
}

export interface CollectionProgress {
  /** The date that is collected now: one after the other where a range is collected. */
  date: LearningDate;
  /** The pass that runs, or that ended last; from 1. */
  pass: number;
  /** Null while a pass runs, and when the passes are over. `at` is an ISO instant. */
  nextPass: { at: string; cohorts: number } | null;
  /** Counted for each date. Done are those that nothing waits for in this pass. */
  cohortsTotal: number;
  cohortsDone: number;
  /** The number of datasets that are stored, and of those whose newest try failed, summed over all cohorts and dates. */
  stored: number;
  failed: number;
  rows: number;
  /** The newest reasons of what is not stored. At most 200. */
  failures: { date: LearningDate; skId: string; dataType: DataType; code: string; message: string }[];
  statistics: 'off' | 'pending' | 'sent' | 'failed';
}

export type NightlyCollectionInput = CollectionRequest;
export interface NightlyCollectionResult extends CollectionProgress {
  /** The last date of a range. `date` is its first one then. */
  to?: LearningDate | undefined;
  dates: CollectedDate[];
}
export interface CollectedDate {
  date: LearningDate;
  stored: number;
  failed: number;
  rows: number;
}
export const progressQuery = defineQuery<CollectionProgress>('progress');

/** The id of the workflow `statisticsTrigger`. */
export function statisticsTriggerId(date: LearningDate): string {
  return `statistics/${date}`;
}

export interface StatisticsTriggerInput {
  date: LearningDate;
}

export interface StatisticsTriggerResult {
  /** `off` when the worker has no statistics server, or nothing is stored of the date. */
  statistics: 'off' | 'sent' | 'failed';
  /** One for each set of data types that cohorts have in common. */
  triggers: { cohorts: number; dataTypes: DataType[]; sent: boolean; code?: string; message?: string }[];
}

// --- re-runs ---------------------------------------------------------------------------------------------------

export const COLLECTION_RERUNS_ID = 'collection-reruns';

export const rerunDateSignal = defineSignal<[RerunRequest]>('rerunDate');

/** One run of `nightlyCollection`, of one date or of a range. */
export interface RerunRun {
  date: LearningDate;
  to?: LearningDate | undefined;
  workflowId: string;
}
export interface RerunTicket {
  /** In the order in which they run. The first may still wait. */
  runs: RerunRun[];
}
/** The id of a re-run's collection, with its first date. `ticket` makes two requests for the same date different. */
export function collectionRerunId(date: LearningDate, ticket: string): string {
  return `collection-rerun/${date}/${ticket}`;
}
export const rerunUpdate = defineUpdate<RerunTicket, [RerunRequest]>('rerun');

export interface CollectionRerunsStatus {
  waiting: (RerunRun & Pick<RerunRequest, 'skIds' | 'dataTypes'>)[];
  running: RerunRun[];
  /** At most 20, the newest last. */
  finished: (RerunRun & { stored: number; failed: number; endedAt: string })[];
  /** Requests that were not accepted; at most 20, the newest last. */
  rejected: { at: string; reason: string }[];
}
export const rerunsStatusQuery = defineQuery<CollectionRerunsStatus>('status');

// --- completion ------------------------------------------------------------------------------------------------

export function completionReportId(completionId: string): string {
  return `completion/${completionId}`;
}

export interface CompletionReportInput {
  completionId: string;
}

// --- operations ------------------------------------------------------------------------------------------------

/** The id of the workflow `applySchedule`. */
export const APPLY_SCHEDULE_ID = 'apply-schedule';

export interface ApplyScheduleResult {
  created: boolean;
  /** The worker's collection time: `HH:MM` in Asia/Seoul. */
  collectionTime: string;
}

/** The id of the workflow `checkLms`. */
export const CHECK_LMS_ID = 'check-lms';

export interface LmsAccountCheck {
  skId: string;
  ok: boolean;
  /** Why the check failed. */
  code?: string;
  message?: string;
}

export interface CheckLmsResult {
  /** Null when no worker with the role `lms` took the work. */
  cohorts: LmsAccountCheck[] | null;
}
