import type { DataType } from '../../domain/collection/data-type';
import type { UnknownCohorts } from '../../domain/operations/service-facts';
import type { LearningDate } from '../../domain/shared/learning-date';
import type { CollectionRerunsStatus } from '../../workflows/contract';

/**
 * What `openeg status --json` prints. Fields may be added, and these stay. Instants are ISO 8601 in UTC. A part that
 * could not be asked is null, and `unreachable` says why.
 */
export interface StatusReport {
  at: string;
  unreachable: { database: string | null; temporal: string | null };
  monitor: MonitorReport | null;
  alerts: AlertsReport | null;
  cohorts: CohortsReport | null;
  lastNight: NightReport | null;
  schedule: ScheduleReport | null;
  reruns: (CollectionRerunsStatus & { state: WorkflowState }) | null;
  statistics: StatisticsReport | null;
  completions: { waiting: number; unknownCohorts: UnknownCohorts } | null;
  incidents: { key: string; summary: string; openedAt: string }[] | null;
  workers: { core: number; lms: number } | null;
  lmsLease: { holder: string; held: boolean } | null;
}

/** `no worker`: it runs, and nobody is there to say how. */
export type WorkflowState = 'running' | 'not running' | 'no worker';

export interface AlertsReport {
  waiting: number;
  /** Null when none waits. */
  oldestWaitingSeconds: number | null;
  /** The last failure of a message that waits. */
  lastFailure: string | null;
  /** Messages that were given up: they need a person. */
  dead: number;
}

export interface MonitorReport {
  state: 'checking' | 'waiting' | 'paused' | 'not running' | 'no worker';
  lastTickStartedAt: string | null;
  lastTickEndedAt: string | null;
  nextTickAt: string | null;
  ticks: number;
  skippedTicks: number;
  cohorts: number;
  newInquiries: number;
  failedCohorts: number;
  tickFailure: string | null;
}

export interface CohortsReport {
  active: number;
  failing: { skId: string; cohortName: string; since: string; code: string; message: string }[];
  held: { loginId: string; until: string; reason: string }[];
}

export interface NightReport {
  date: LearningDate;
  types: { dataType: DataType; stored: number; failed: number; running: number; rows: number }[];
  failures: { skId: string; dataType: DataType; error: string }[];
  /** Active cohorts of which nothing was begun for this night. */
  missing: string[];
  finishedAt: string | null;
}

export interface ScheduleReport {
  state: 'scheduled' | 'paused' | 'missing';
  /** `HH:MM` in Asia/Seoul; null when somebody gave the Schedule another form. */
  time: string | null;
  nextAt: string | null;
  note: string | null;
}

export interface StatisticsReport {
  lastSent: { date: LearningDate; at: string } | null;
  failed: { date: LearningDate; cohorts: number; error: string }[];
}
