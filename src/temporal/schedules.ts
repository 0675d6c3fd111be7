import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleClient,
  type ScheduleOptions,
} from '@temporalio/client';
import { formatTimeOfDay, parseTimeOfDay } from '../domain/shared/learning-date';
import type * as workflows from '../workflows';
import { CORE_TASK_QUEUE, NIGHTLY_SCHEDULE_ID, RETENTION_SCHEDULE_ID } from '../workflows/contract';

const HOUR_MS = 60 * 60 * 1000;
const WEEK_MS = 7 * 24 * HOUR_MS;

type Schedule = Omit<ScheduleOptions, 'scheduleId'>;

/** The part of a worker's configuration on which its Schedules depend. */
export interface ScheduleSettings {
  /** `HH:MM` in Asia/Seoul. */
  collectionTime: string;
  /** True where OPENEG_RETENTION_DAYS is set. */
  erasesOldData: boolean;
}

/**
 * Creates the Schedules, or updates those that exist. A paused Schedule stays paused.
 * @returns whether the nightly collection's Schedule is new
 */
export async function applySchedules(schedules: ScheduleClient, settings: ScheduleSettings): Promise<boolean> {
  await applyRetentionSchedule(schedules, settings.erasesOldData);
  return applyNightlySchedule(schedules, settings.collectionTime);
}

/**
 * Updates the Schedules at a worker's start. Does nothing where the nightly collection has no Schedule: a worker must not
 * undo `openeg stop`.
 */
export async function updateSchedules(schedules: ScheduleClient, settings: ScheduleSettings): Promise<void> {
  try {
    await update(schedules, NIGHTLY_SCHEDULE_ID, nightlySchedule(settings.collectionTime));
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return;
    throw error;
  }
  await applyRetentionSchedule(schedules, settings.erasesOldData);
}

/** @returns whether the Schedule is new */
export async function applyNightlySchedule(schedules: ScheduleClient, collectionTime: string): Promise<boolean> {
  return createOrUpdate(schedules, NIGHTLY_SCHEDULE_ID, nightlySchedule(collectionTime));
}

async function applyRetentionSchedule(schedules: ScheduleClient, erasesOldData: boolean): Promise<void> {
  if (erasesOldData) await createOrUpdate(schedules, RETENTION_SCHEDULE_ID, retentionSchedule());
  else await deleteSchedule(schedules, RETENTION_SCHEDULE_ID);
}

/** @returns whether there was one */
export async function deleteSchedule(schedules: ScheduleClient, scheduleId: string): Promise<boolean> {
  try {
    await schedules.getHandle(scheduleId).delete();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}

export interface ScheduleStatus {
  state: 'scheduled' | 'paused' | 'missing';
  /** `HH:MM` in Asia/Seoul; null when the Schedule is missing or was changed by hand to something else. */
  time: string | null;
  /** ISO instant; null when nothing is due. */
  nextAt: string | null;
  /** Why it is paused, as somebody noted. */
  note: string | null;
}

/** The state of the nightly collection's Schedule. */
export async function describeNightlySchedule(schedules: ScheduleClient): Promise<ScheduleStatus> {
  const description = await schedules
    .getHandle(NIGHTLY_SCHEDULE_ID)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    });
  if (description === undefined) return { state: 'missing', time: null, nextAt: null, note: null };
  const { spec, state, info } = description;
  const [calendar] = spec.calendars ?? [];
  const [hour, minute] = [calendar?.hour[0]?.start, calendar?.minute[0]?.start];
  return {
    state: state.paused ? 'paused' : 'scheduled',
    time: hour === undefined || minute === undefined ? null : formatTimeOfDay({ hour, minute }),
    nextAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
    note: state.note === undefined || state.note === '' ? null : state.note,
  };
}

/**
 * `BUFFER_ALL` keeps every missed start and runs them in order, so that nights during an outage are collected afterwards
 * (`SKIP` would run one). The catch-up window is how far back Temporal searches for missed starts.
 */
export function nightlySchedule(collectionTime: string): Schedule {
  return {
    spec: { calendars: [parseTimeOfDay(collectionTime)], timezone: 'Asia/Seoul' },
    policies: { overlap: 'BUFFER_ALL', catchupWindow: WEEK_MS },
    action: {
      type: 'startWorkflow',
      workflowType: 'nightlyCollection' satisfies keyof typeof workflows,
      workflowId: 'nightly-collection',
      taskQueue: CORE_TASK_QUEUE,
      args: [{}],
      staticSummary: 'Nightly collection of the day before',
      staticDetails:
        'One child for each cohort. What failed stands under Current Details, with what to do; then collect the date ' +
        'again: `openeg collect --date 2025-01-20`. Query: `progress`.',
    },
  };
}

/**
 * At 05:30 the night's collection is over and few learners are online. A missed night is skipped, because the next one
 * erases the same rows.
 */
function retentionSchedule(): Schedule {
  return {
    spec: { calendars: [{ hour: 5, minute: 30 }], timezone: 'Asia/Seoul' },
    policies: { overlap: 'SKIP', catchupWindow: HOUR_MS },
    action: {
      type: 'startWorkflow',
      workflowType: 'dataRetention' satisfies keyof typeof workflows,
      workflowId: 'data-retention',
      taskQueue: CORE_TASK_QUEUE,
      args: [],
      staticSummary: 'Erases what is older than OPENEG_RETENTION_DAYS',
      staticDetails: 'Current Details say how many rows of each table were erased.',
    },
  };
}

async function createOrUpdate(schedules: ScheduleClient, scheduleId: string, schedule: Schedule): Promise<boolean> {
  try {
    await schedules.create({ scheduleId, ...schedule });
    return true;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  await update(schedules, scheduleId, schedule);
  return false;
}

/** Keeps the state: a Schedule that somebody paused stays paused. */
async function update(schedules: ScheduleClient, scheduleId: string, schedule: Schedule): Promise<void> {
  await schedules.getHandle(scheduleId).update(({ state }) => ({ ...schedule, state }));
}
