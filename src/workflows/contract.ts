import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DataType } from '../domain/collection/data-type';
import type { CollectionRequest, RerunRequest } from '../domain/collection/collection-request';
import type { LearningDate } from '../domain/shared/learning-date';

/*
 * Every name by which workflows, workers, the CLI and the HTTP server know each other (contract section 6). Inputs and
 * results are small and hold keys, dates and counts alone.
 */

/** Workflows and quick activities. */
export const CORE_TASK_QUEUE = 'openeg-core';
/** Activities that talk to the LMS; polled by the one process that holds the lease. */
export const LMS_TASK_QUEUE = 'openeg-lms';

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
  /** Ticks since the monitor was started, over all its runs, and those skipped because one took too long. */
  ticks: number;
  skippedTicks: number;
  /** Of the last tick. */
  cohorts: number;
  newInquiries: number;
  failures: { skId: string; code: string; message: string }[];
  /** How many cohorts failed; `failures` names the first hundred of them. */
  failedCohorts: number;
  /** Why the last tick could not be planned or written down; null when it could. */
  tickFailure: string | null;
}
export const monitorStatusQuery = defineQuery<InquiryMonitorStatus>('status');

/** Wakes `alertDelivery`, which sends what waits in the outbox and then ends. */
export const ALERT_DELIVERY_ID = 'alert-delivery';
export const deliverSignal = defineSignal('deliver');

// --- collection ------------------------------------------------------------------------------------------------

export const NIGHTLY_SCHEDULE_ID = 'nightly-collection';
/** Erases what is older than OPENEG_RETENTION_DAYS; there is none where everything is kept. */
export const RETENTION_SCHEDULE_ID = 'data-retention';

export function cohortCollectionId(date: LearningDate, skId: string): string {
  return `collection/${date}/${skId}`;
}

export interface CohortCollectionInput {
  skId: string;
  date: LearningDate;
  dataTypes: DataType[];
  /** ISO instant on the database's clock: data read at or after it is new enough and is not read again. */
  requestedAt: string;
}

export interface DataTypeOutcome {
  dataType: DataType;
  stored: boolean;
  rowCount: number;
  /** Why not, when not stored. */
  code?: string;
  message?: string;
}

export interface CohortCollectionResult {
  skId: string;
  date: LearningDate;
  outcomes: DataTypeOutcome[];
}

export interface CollectionProgress {
  date: LearningDate | null;
  cohortsTotal: number;
  cohortsDone: number;
  /** Of all cohorts so far: data types stored and failed. */
  stored: number;
  failed: number;
  rows: number;
  failures: { skId: string; dataType: DataType; code: string; message: string }[];
  statistics: 'off' | 'pending' | 'sent' | 'failed';
}

export type NightlyCollectionInput = CollectionRequest;
export interface NightlyCollectionResult extends CollectionProgress {
  date: LearningDate;
}
export const progressQuery = defineQuery<CollectionProgress>('progress');

/** Sends the statistics trigger again for what is stored of a date: workflow type `statisticsTrigger`. */
export function statisticsTriggerId(date: LearningDate): string {
  return `statistics/${date}`;
}

export interface StatisticsTriggerInput {
  date: LearningDate;
}

export interface StatisticsTriggerResult {
  /** `off` when the worker knows no statistics server, or nothing is stored of the date. */
  statistics: 'off' | 'sent' | 'failed';
  /** One for each set of data types that cohorts have in common. */
  triggers: { cohorts: number; dataTypes: DataType[]; sent: boolean; code?: string; message?: string }[];
}

// --- re-runs ---------------------------------------------------------------------------------------------------

export const COLLECTION_RERUNS_ID = 'collection-reruns';

export const rerunDateSignal = defineSignal<[RerunRequest]>('rerunDate');

export interface RerunTicket {
  /** One workflow of type `nightlyCollection` for each date, in the order in which they run; the first may still wait for its turn. */
  runs: { date: LearningDate; workflowId: string }[];
}
/** A re-run's collection of one date; `ticket` tells requests for the same date apart. */
export function collectionRerunId(date: LearningDate, ticket: string): string {
  return `collection-rerun/${date}/${ticket}`;
}
export const rerunUpdate = defineUpdate<RerunTicket, [RerunRequest]>('rerun');

export interface CollectionRerunsStatus {
  waiting: { date: LearningDate; workflowId: string }[];
  running: { date: LearningDate; workflowId: string }[];
  /** The newest last, at most 20. */
  finished: { date: LearningDate; workflowId: string; stored: number; failed: number; endedAt: string }[];
  /** Requests that could not be read, with the reason; the newest last, at most 20. */
  rejected: { at: string; reason: string }[];
}
export const rerunsStatusQuery = defineQuery<CollectionRerunsStatus>('status');

// --- completion ------------------------------------------------------------------------------------------------

export function completionReportId(completionId: string): string {
  return `completion/${completionId}`;
}

export interface CompletionReportInput {
  completionId: string;
  /** Set by `completionReport` when it goes on as a new run: the code for which it waits. */
  waitedFor?: string | undefined;
}

// --- operations ------------------------------------------------------------------------------------------------

/** Makes the Schedule as the worker's configuration wants it: workflow type `applySchedule`. */
export const APPLY_SCHEDULE_ID = 'apply-schedule';

export interface ApplyScheduleResult {
  created: boolean;
  /** `HH:MM` in Asia/Seoul, the worker's. */
  collectionTime: string;
}

/** Asks the LMS one thing for each active cohort: workflow type `checkLms`. */
export const CHECK_LMS_ID = 'check-lms';

export interface LmsAccountCheck {
  skId: string;
  ok: boolean;
  /** Why not, when not. */
  code?: string;
  message?: string;
}

export interface CheckLmsResult {
  /** Null when no worker of the role lms took the work. */
  cohorts: LmsAccountCheck[] | null;
}
