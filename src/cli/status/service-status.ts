import type { DataType } from '../../domain/collection/data-type';
import type { UnknownCohorts } from '../../domain/operations/service-facts';
import type { LearningDate } from '../../domain/shared/learning-date';
import type { WorkflowState } from '../../temporal/query-workflow';
import type { ScheduleStatus } from '../../temporal/schedules';
import type { CollectionProgress, CollectionRerunsStatus } from '../../workflows/contract';

/**
 * What `openeg status --json` prints: programs read it, so fields are added and never removed. Instants are ISO 8601 in
 * UTC. A part that could not be read is null, and `unreachable` says why.
 */
export interface ServiceStatus {
  at: string;
  unreachable: { database: string | null; temporal: string | null };
  monitor: MonitorStatus | null;
  alerts: AlertsStatus | null;
  cohorts: CohortsStatus | null;
  lastNight: NightStatus | null;
  schedule: ScheduleStatus | null;
  /** Nights and re-runs that are under way, the first twenty. `progress` is null where no worker answered. */
  collections: { workflowId: string; progress: CollectionProgress | null }[] | null;
  reruns: (CollectionRerunsStatus & { state: WorkflowState }) | null;
  statistics: StatisticsStatus | null;
  completions: { waiting: number; unknownCohorts: UnknownCohorts } | null;
  incidents: { key: string; summary: string; openedAt: string }[] | null;
  workers: { core: number; lms: number } | null;
  lmsLease: { holder: string; held: boolean } | null;
}

export interface MonitorStatus {
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

export interface AlertsStatus {
  waiting: number;
  /** Null when none waits. */
  oldestWaitingSeconds: number | null;
  /** The last failure of a message that waits. */
  lastFailure: string | null;
  /** Messages that Chat does not take while it takes others: they need a person, and are tried for 14 days. */
  aside: number;
  /** Messages that were given up after that time. */
  dead: number;
}

export interface CohortsStatus {
  active: number;
  failing: { skId: string; cohortName: string; since: string; code: string; message: string }[];
  held: { loginId: string; until: string; reason: string }[];
}

export interface NightStatus {
  date: LearningDate;
  types: { dataType: DataType; stored: number; failed: number; running: number; rows: number }[];
  failures: { skId: string; dataType: DataType; error: string }[];
  /** Active cohorts for which no run of this night has begun. */
  missing: string[];
  finishedAt: string | null;
}

export interface StatisticsStatus {
  lastSent: { date: LearningDate; at: string } | null;
  failed: { date: LearningDate; cohorts: number; error: string }[];
}
