import type { Database } from '../../adapters/database/core/database';
import { deleteOldSaves } from '../../adapters/database/completion/progress-saves';
import { listUnreported, markReportStarted } from '../../adapters/database/completion/video-completions';
import type { Logger } from '../../adapters/logger';
import { repeatUntilAborted } from '../../adapters/shared/until-aborted';
import { loggableError } from '../../domain/shared/loggable-error';

export interface CompletionReportStarterOptions {
  database: Database;
  logger: Logger;
  /**
   * Starts the workflow that reports a completion. It gives up by itself after some seconds.
   * @throws ServiceError TEMPORAL_UNAVAILABLE
   */
  startReport: (completionId: string) => Promise<void>;
  sweepIntervalMs?: number;
  /** The sweep leaves younger completions to the start that follows their commit. */
  graceMs?: number;
}

export interface CompletionReportStarter {
  /** Starts the report after the commit, and never throws or waits. The sweep repeats a failed start. */
  start(completionId: string): void;
  /** Starts the missing reports at once and then in each interval, until `until`; also deletes old saves. */
  sweep(until: AbortSignal): Promise<void>;
  /** Resolves when no start is under way. */
  drained(): Promise<void>;
}

const SWEEP_INTERVAL_MS = 30_000;
const GRACE_MS = 10_000;
/** A report that was started longer ago is started again: Temporal can lose its database. */
const CONFIRMED_FOR_MS = 6 * 3_600_000;
const SWEEP_BATCH = 200;
/** The largest number of starts at once. The sweep starts the other reports. */
const MAX_STARTS = 20;
const OLD_SAVES_BATCH = 5_000;

/** Starts the report to the LMS of each completion, also after a crash or an outage of Temporal (decision 0011). */
export function createCompletionReportStarter(options: CompletionReportStarterOptions): CompletionReportStarter {
  const { database, logger, startReport, sweepIntervalMs = SWEEP_INTERVAL_MS, graceMs = GRACE_MS } = options;
  const starting = new Set<Promise<void>>();

  async function startAll(completionIds: readonly string[]): Promise<void> {
    const outcomes = await Promise.allSettled(completionIds.map((completionId) => startReport(completionId)));
    const started = completionIds.filter((_id, index) => outcomes[index]!.status === 'fulfilled');
    await markReportStarted(database, started);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async function sweepOnce(): Promise<void> {
    const missing = await listUnreported(database, { graceMs, confirmedForMs: CONFIRMED_FOR_MS, limit: SWEEP_BATCH });
    for (let index = 0; index < missing.length; index += MAX_STARTS) {
      await startAll(missing.slice(index, index + MAX_STARTS));
    }
    if (missing.length > 0) logger.info({ completions: missing.length }, 'The sweep started reports of completions');
    await deleteOldSaves(database, OLD_SAVES_BATCH);
  }

  return {
    start(completionId) {
      if (starting.size >= MAX_STARTS) return;
      const start = startAll([completionId])
        .catch((error: unknown) => logger.warn(loggableError(error), 'The sweep will start the report of a completion'))
        .finally(() => starting.delete(start));
      starting.add(start);
    },
    sweep: (until) =>
      repeatUntilAborted(until, sweepIntervalMs, () =>
        sweepOnce().catch((error: unknown) =>
          logger.warn(loggableError(error), 'The sweep of completions failed; it runs again'),
        ),
      ),
    async drained() {
      await Promise.all(starting);
    },
  };
}
