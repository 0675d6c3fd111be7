import { Context } from '@temporalio/activity';

export interface OperationsCoreDependencies {
  /** `HH:MM` in Asia/Seoul. */
  collectionTime: string;
  /** Creates or updates the Schedules; answers whether the nightly collection's one is new. */
  applySchedules: (schedules: Context['client']['schedule']) => Promise<boolean>;
}

/** Operators' commands that run in a worker, because a worker's configuration counts over the command line's. */
export function createOperationsCoreActivities({ collectionTime, applySchedules }: OperationsCoreDependencies) {
  return {
    async applyWorkersSchedule(): Promise<{ created: boolean; collectionTime: string }> {
      return { created: await applySchedules(Context.current().client.schedule), collectionTime };
    },
  };
}

export type OperationsCoreActivities = ReturnType<typeof createOperationsCoreActivities>;
