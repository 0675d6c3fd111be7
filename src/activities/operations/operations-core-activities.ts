import { Context } from '@temporalio/activity';

export interface OperationsCoreDependencies {
  /** `HH:MM` in Asia/Seoul. */
  collectionTime: string;
  /** Makes the nightly Schedule or brings it up to date; answers whether it is new. */
  applyNightlySchedule: (schedules: Context['client']['schedule'], collectionTime: string) => Promise<boolean>;
}

/** What operators ask of a worker, because its configuration is the one that counts. */
export function createOperationsCoreActivities({ collectionTime, applyNightlySchedule }: OperationsCoreDependencies) {
  return {
    async applyWorkersSchedule(): Promise<{ created: boolean; collectionTime: string }> {
      return { created: await applyNightlySchedule(Context.current().client.schedule, collectionTime), collectionTime };
    },
  };
}

export type OperationsCoreActivities = ReturnType<typeof createOperationsCoreActivities>;
