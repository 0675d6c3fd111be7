import { ScheduleAlreadyRunning, ScheduleNotFoundError, type ScheduleClient } from '@temporalio/client';
import { nightlyScheduleOptions } from '../domain/collection/nightly-schedule';
import { CORE_TASK_QUEUE, NIGHTLY_SCHEDULE_ID } from '../workflows/contract';

/**
 * Makes the Schedule of the nightly collection, or brings one that is there up to date. A Schedule that somebody paused
 * stays paused. Answers whether it is new.
 * @param collectionTime `HH:MM` in Asia/Seoul
 */
export async function applyNightlySchedule(schedules: ScheduleClient, collectionTime: string): Promise<boolean> {
  const options = nightlyScheduleOptions(collectionTime, CORE_TASK_QUEUE);
  try {
    await schedules.create({ scheduleId: NIGHTLY_SCHEDULE_ID, ...options });
    return true;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  await schedules.getHandle(NIGHTLY_SCHEDULE_ID).update(({ state }) => ({ ...options, state }));
  return false;
}

/**
 * The same for a Schedule that is there: a worker that starts must not bring back what `openeg stop` ended. Answers
 * whether there is one.
 */
export async function reconcileNightlySchedule(schedules: ScheduleClient, collectionTime: string): Promise<boolean> {
  const options = nightlyScheduleOptions(collectionTime, CORE_TASK_QUEUE);
  try {
    await schedules.getHandle(NIGHTLY_SCHEDULE_ID).update(({ state }) => ({ ...options, state }));
    return true;
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    return false;
  }
}
