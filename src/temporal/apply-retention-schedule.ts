import { ScheduleAlreadyRunning, ScheduleNotFoundError, type ScheduleClient } from '@temporalio/client';
import { retentionScheduleOptions } from '../domain/operations/retention-schedule';
import { CORE_TASK_QUEUE, RETENTION_SCHEDULE_ID } from '../workflows/contract';

/**
 * Makes the Schedule that erases old data, brings one that is there up to date, or removes it where nothing shall be
 * erased. A Schedule that somebody paused stays paused.
 */
export async function applyRetentionSchedule(schedules: ScheduleClient, isWanted: boolean): Promise<void> {
  const handle = schedules.getHandle(RETENTION_SCHEDULE_ID);
  if (!isWanted) {
    await handle.delete().catch(unlessNotFound);
    return;
  }
  const options = retentionScheduleOptions(CORE_TASK_QUEUE);
  try {
    await schedules.create({ scheduleId: RETENTION_SCHEDULE_ID, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await handle.update(({ state }) => ({ ...options, state }));
  }
}

function unlessNotFound(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}
