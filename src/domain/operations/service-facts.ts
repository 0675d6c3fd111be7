import type { DataType } from '../collection/data-type';
import type { LearningDate } from '../shared/learning-date';
import type { Night } from './night';
import { THRESHOLDS } from './thresholds';

/**
 * Everything that the database knows about the running service. Gauges, incidents and `openeg status` are views of it.
 * Ages are measured by the database's clock, on which every process agrees. Nothing in it is a secret or a learner's.
 */
export interface ServiceFacts {
  service: ServiceState;
  /** Keys of the active cohorts, sorted. */
  activeCohorts: string[];
  /** Active cohorts whose last inquiry check failed; the one that fails longest comes first. */
  failingCohorts: FailingCohort[];
  /** Accounts that the LMS refused and has not accepted since. */
  heldAccounts: HeldAccount[];
  /** Whether the LMS refuses so many accounts that it is not about them, and none is left alone. */
  isLmsRefusingAll: boolean;
  outbox: OutboxFacts;
  /** The last failure of a message that still waits, in the words of Chat's answer. */
  lastChatFailure: string | null;
  /** Since Chat took a message last; null when it never did. */
  chatTookSeconds: number | null;
  /** The newest night that was to start, stored or not. */
  latestNight: NightRuns;
  /** The newest night that has to be stored. Nothing is missing where the service was first started after it. */
  dueNight: NightGaps;
  /** Nights that an open incident is about: they stay in question until they are stored. */
  incidentNights: NightGaps[];
  /** Seconds since a dataset of the data type was last stored. */
  collectionAges: ReadonlyMap<DataType, number>;
  statistics: StatisticsFacts;
  erasure: ErasureFacts;
  /** Completions that the LMS has not taken, of whatever cohort. */
  unreportedCompletions: number;
  /** Those of active cohorts alone: nothing but the LMS or a worker keeps them waiting. */
  reportableCompletions: Waiting;
  unknownCohorts: UnknownCohorts;
  /** Completions for which a person has to act, by cohort and reason. */
  refusedCompletions: RefusedCompletions[];
  /** Oldest first. */
  incidents: OpenIncident[];
  /** Null before any process talked to the LMS. */
  lmsLease: { holder: string; held: boolean } | null;
}

/** A fact, and for how many seconds it has been so. */
export type Aged<Fact> = Fact & { ageSeconds: number };

export type MonitorState = 'running' | 'paused' | 'stopped';

/** The last tick that checked every cohort that it should have. */
export interface LastTick {
  intervalMs: number;
  durationMs: number;
  cohorts: number;
  newInquiries: number;
  failures: number;
}

export type ScheduleState = 'scheduled' | 'paused' | 'missing';

export interface ServiceState {
  /** Whether inquiries are to be checked; null before the service was ever started. */
  monitor: Aged<{ state: MonitorState }> | null;
  /** Whether `openeg start` or `openeg stop` was the last command; null before the first start. */
  wanted: Aged<{ wanted: boolean }> | null;
  /** Null before the first start. */
  firstStart: Aged<object> | null;
  /** The nightly collection's Schedule, as Temporal told it last; null before it did. */
  schedule: Aged<{ state: ScheduleState }> | null;
  /** Null before the first tick ended. */
  lastTick: Aged<LastTick> | null;
}

export interface FailingCohort {
  skId: string;
  cohortName: string;
  since: Date;
  failingSeconds: number;
  code: string;
  message: string;
}

export interface HeldAccount {
  loginId: string;
  until: Date;
  /** False when the time of the hold is over and nobody has logged in since. */
  isHeldNow: boolean;
  reason: string;
  /** Since the newest refusal. */
  refusedSeconds: number;
  /** Active cohorts that use the account, sorted. */
  skIds: string[];
}

export interface Waiting {
  waiting: number;
  /** 0 when nothing waits. */
  oldestSeconds: number;
}

/** The messages of the outbox that were not sent. */
export interface OutboxFacts {
  /** Messages of every kind that wait for Google Chat. */
  messages: Waiting;
  /** Inquiries' alerts among them. */
  alerts: Waiting;
  /** Messages that Chat does not take while it takes others. They are tried once an hour for 14 days. */
  aside: number;
  /** Messages that were given up after that time. */
  dead: number;
}

/** The newest run of a cohort and data type for a date. */
export interface NightRun {
  skId: string;
  dataType: DataType;
  status: 'running' | 'stored' | 'failed';
  rowCount: number | null;
  finishedAt: Date | null;
  error: string | null;
}

export interface NightRuns {
  date: LearningDate;
  runs: NightRun[];
}

export interface NightGaps {
  date: LearningDate;
  /** Since the night was due. */
  dueSeconds: number;
  /** Since something of the date was collected or failed last; null when nothing was. */
  lastProgressSeconds: number | null;
  /** Cohorts of which data is to be stored. */
  cohorts: number;
  /** Active cohorts of which not every data type is stored. */
  missing: {
    skId: string;
    /** The reason that a failed try left; null when none was made or none ended. */
    reason: string | null;
  }[];
}

/** Whether the night's passes go on. Until they are over nothing of it is missing. */
export function isProgressing({ lastProgressSeconds }: NightGaps): boolean {
  return lastProgressSeconds !== null && lastProgressSeconds <= THRESHOLDS.nightStandsStillSeconds;
}

export interface StatisticsFacts {
  lastSent: { date: LearningDate; at: Date } | null;
  /** Triggers that were given up, and that no later one made up for. */
  failed: { date: LearningDate; cohorts: number; error: string }[];
}

/** The erasure of rows older than OPENEG_RETENTION_DAYS. */
export interface ErasureFacts {
  /** For how long the service has been to erase rows each night; null while it is not. */
  wantedSeconds: number | null;
  /** Since the last erasure ended; null when none ever did. */
  lastSeconds: number | null;
}

export interface RefusedCompletions {
  skId: string;
  waiting: number;
  code: string;
  message: string;
}

/** Cohorts that nobody imported and for which completions wait. */
export interface UnknownCohorts {
  count: number;
  /** Ten of them at most, those of most learners first: a single learner's page can name any number of cohorts. */
  skIds: string[];
}

export interface OpenIncident {
  key: string;
  summary: string;
  openedAt: Date;
  /** For how long its cause has been well; null while it is not. Other incidents end as soon as it is. */
  wellSeconds: number | null;
}

/**
 * Whether the night is to be stored at `now`: the service was first started before the night was to start. A start after
 * `openeg stop` collects the missed nights, and has as long for them as a late night has.
 */
export function isNightExpected(
  night: Night,
  now: Date,
  { wanted, firstStart }: Pick<ServiceState, 'wanted' | 'firstStart'>,
): boolean {
  if (wanted?.wanted !== true || firstStart === null) return false;
  const wasStartedBefore = now.getTime() - firstStart.ageSeconds * 1000 <= night.startsAt.getTime();
  const startedAtMs = now.getTime() - wanted.ageSeconds * 1000;
  const isInTime = startedAtMs <= night.startsAt.getTime() || wanted.ageSeconds > THRESHOLDS.nightMinutes * 60;
  return wasStartedBefore && isInTime;
}
