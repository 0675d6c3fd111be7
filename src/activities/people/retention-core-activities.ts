import type { Database } from '../../adapters/database/core/database';
import { recordErasure } from '../../adapters/database/operations/service-state';
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
     * Erases rows older than the worker's OPENEG_RETENTION_DAYS. Without that variable it erases nothing. A worker that
     * stops ends it between two statements, and the next try continues.
     * @throws ServiceError DATABASE_UNAVAILABLE, DATABASE_REJECTED
     */
    async eraseExpiredData(): Promise<ExpiredRows> {
      if (retentionDays === undefined) return {};
      const context = Context.current();
      const erased = await eraseExpired(database, retentionDays, () => {
        context.heartbeat();
        context.cancellationSignal.throwIfAborted();
      });
      await recordErasure(database, erased);
      return erased;
    },
  };
}

export type RetentionCoreActivities = ReturnType<typeof createRetentionCoreActivities>;
