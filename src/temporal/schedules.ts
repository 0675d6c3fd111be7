import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type CalendarSpec,
  type ScheduleClient,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client';
import { isDeepStrictEqual } from 'node:util';
import type { Night } from '../domain/operations/night';
import type { ScheduleState } from '../domain/operations/service-facts';
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
 * Creates the Schedules, or updates those that differ. A paused Schedule stays paused.
 * @returns whether the nightly collection's Schedule is new
 */
export async function applySchedules(schedules: ScheduleClient, settings: ScheduleSettings): Promise<boolean> {
  await applyRetentionSchedule(schedules, settings.erasesOldData, false);
  return applyNightlySchedule(schedules, settings.collectionTime);
}

/**
 * Updates the Schedules at a worker's start. A worker must not undo `openeg stop`, nor make what `openeg start` has to make:
 * it does nothing where the nightly collection has no Schedule, and makes no other one run while that one is paused.
 */
export async function updateSchedules(schedules: ScheduleClient, settings: ScheduleSettings): Promise<void> {
  const nightly = await describe(schedules, NIGHTLY_SCHEDULE_ID);
  if (nightly === undefined) return;
  await applyNightlySchedule(schedules, settings.collectionTime);
  await applyRetentionSchedule(schedules, settings.erasesOldData, nightly.state.paused);
}

/** @returns whether the Schedule is new */
export async function applyNightlySchedule(schedules: ScheduleClient, collectionTime: string): Promise<boolean> {
  return createOrUpdate(schedules, NIGHTLY_SCHEDULE_ID, nightlySchedule(collectionTime));
}

async function applyRetentionSchedule(schedules: ScheduleClient, isWanted: boolean, isPaused: boolean): Promise<void> {
  const state = isPaused ? { paused: true, note: STOP_NOTE } : undefined;
  if (isWanted) await createOrUpdate(schedules, RETENTION_SCHEDULE_ID, { ...retentionSchedule(), state });
  else await schedules.getHandle(RETENTION_SCHEDULE_ID).delete().catch(unlessMissing);
}

const STOP_NOTE = 'openeg stop';
const START_NOTE = 'openeg start';

export type PausedNow = 'paused' | 'was paused' | 'missing';

/** Pauses a Schedule. Temporal forgets the starts that a paused Schedule misses. */
export async function pauseSchedule(schedules: ScheduleClient, scheduleId: string): Promise<PausedNow> {
  const description = await describe(schedules, scheduleId);
  if (description === undefined) return 'missing';
  if (description.state.paused) return 'was paused';
  await schedules.getHandle(scheduleId).pause(STOP_NOTE);
  return 'paused';
}

/** Lets every paused Schedule of the service run again. Answers whether the nightly collection's one was paused. */
export async function resumeSchedules(schedules: ScheduleClient): Promise<boolean> {
  const resumed = await Promise.all(
    [NIGHTLY_SCHEDULE_ID, RETENTION_SCHEDULE_ID].map(async (scheduleId) => {
      const isPaused = (await describe(schedules, scheduleId))?.state.paused === true;
      if (isPaused) await schedules.getHandle(scheduleId).unpause(START_NOTE);
      return isPaused;
    }),
  );
  return resumed[0] === true;
}

/** Starts the collections of these nights, one after the other. A backfill includes both of its ends. */
export async function collectMissedNights(schedules: ScheduleClient, nights: readonly Night[]): Promise<void> {
  const [first, last] = [nights[0], nights.at(-1)];
  if (first === undefined || last === undefined) return;
  await schedules
    .getHandle(NIGHTLY_SCHEDULE_ID)
    .backfill({ start: first.startsAt, end: last.startsAt, overlap: 'BUFFER_ALL' });
}

export interface ScheduleStatus {
  state: ScheduleState;
  /** `HH:MM` in Asia/Seoul; null when the Schedule is missing or was changed by hand to something else. */
  time: string | null;
  /** ISO instant; null when nothing is due. */
  nextAt: string | null;
  /** Why it is paused, as somebody noted. */
  note: string | null;
}

/** The state of the nightly collection's Schedule. */
export async function describeNightlySchedule(schedules: ScheduleClient): Promise<ScheduleStatus> {
  const description = await describe(schedules, NIGHTLY_SCHEDULE_ID);
  if (description === undefined) return { state: 'missing', time: null, nextAt: null, note: null };
  const { spec, state, info } = description;
  const [calendar] = spec.calendars ?? [];
  const [hour, minute] = [calendar?.hour[0]?.start, calendar?.minute[0]?.start];
  return {
    state: state.paused ? 'paused' : 'scheduled',
    time: hour === undefined || minute === undefined ? null : formatTimeOfDay({ hour, minute }),
    nextAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
    note: !state.paused || state.note === undefined || state.note === '' ? null : state.note,
  };
}

/**
 * `BUFFER_ALL` keeps every missed start and runs them in order, so that nights during an outage are collected afterwards
 * (`SKIP` would run one). The catch-up window is how far back Temporal searches for missed starts.
 */
export function nightlySchedule(collectionTime: string): Schedule {
  return {
    spec: { calendars: [daily(parseTimeOfDay(collectionTime))], timezone: 'Asia/Seoul' },
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
    spec: { calendars: [daily({ hour: 5, minute: 30 })], timezone: 'Asia/Seoul' },
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

/** Written out, so that it equals what Temporal answers. */
function daily({ hour, minute }: { hour: number; minute: number }): CalendarSpec {
  const only = (value: number) => [{ start: value, end: value, step: 1 }];
  return {
    ...{ second: only(0), minute: only(minute), hour: only(hour) },
    dayOfMonth: [{ start: 1, end: 31, step: 1 }],
    month: [{ start: 'JANUARY', end: 'DECEMBER', step: 1 }],
    year: [],
    dayOfWeek: [{ start: 'SUNDAY', end: 'SATURDAY', step: 1 }],
    comment: '',
  };
}

function describe(schedules: ScheduleClient, scheduleId: string): Promise<ScheduleDescription | undefined> {
  return schedules.getHandle(scheduleId).describe().catch(unlessMissing);
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}

async function createOrUpdate(schedules: ScheduleClient, scheduleId: string, schedule: Schedule): Promise<boolean> {
  try {
    await schedules.create({ scheduleId, ...schedule });
    return true;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const handle = schedules.getHandle(scheduleId);
  // An update makes the Schedule forget the starts that it has not made up for yet.
  if (!isSame(await handle.describe(), schedule)) await handle.update(({ state }) => ({ ...schedule, state }));
  return false;
}

function isSame({ spec, policies, action }: ScheduleDescription, schedule: Schedule): boolean {
  const { calendars, intervals, skip, timezone } = spec;
  const { workflowId, workflowType, taskQueue, args, staticSummary, staticDetails } = action;
  return isDeepStrictEqual(
    {
      spec: { calendars, timezone },
      policies: { overlap: policies.overlap, catchupWindow: policies.catchupWindow },
      action: { type: action.type, workflowType, workflowId, taskQueue, args, staticSummary, staticDetails },
      others: [...(intervals ?? []), ...(skip ?? [])],
    },
    { spec: schedule.spec, policies: schedule.policies, action: schedule.action, others: [] },
  );
}
