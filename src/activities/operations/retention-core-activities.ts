import type { Database } from '../../adapters/database/core/database';
import { eraseExpired, type ExpiredRows } from '../../adapters/database/people/erase-expired';
import { Context } from '@temporalio/activity';

export interface RetentionCoreDependencies {
  database: Database;
  /** Undefined: nothing is ever erased. */
  retentionDays: number | undefined;
}

export function createRetentionCoreActivities({ database, retentionDays }: RetentionCoreDependencies) {
  return {
    /**
     * Erases rows older than the worker's OPENEG_RETENTION_DAYS. Without that variable it erases nothing.
     * @throws ServiceError DATABASE_UNAVAILABLE, DATABASE_REJECTED
     */
    async eraseExpiredData(): Promise<ExpiredRows> {
      if (retentionDays === undefined) return {};
      return eraseExpired(database, retentionDays, () => Context.current().heartbeat());
    },
  };
}

export type RetentionCoreActivities = ReturnType<typeof createRetentionCoreActivities>;
