import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../adapters/database/core/database';
import { deleteOldSaves } from '../../adapters/database/completion/progress-saves';
import { listUnreported, markReportStarted } from '../../adapters/database/completion/video-completions';
import type { Logger } from '../../adapters/logger';
import { ServiceError } from '../../domain/shared/service-error';

export interface CompletionReportsOptions {
  database: Database;
  logger: Logger;
  /**
   * Has Temporal run the report of a completion; one that runs already is fine. Must give up by itself.
   * @throws ServiceError TEMPORAL_UNAVAILABLE
   */
  startReport: (completionId: string) => Promise<void>;
  sweepIntervalMs?: number;
  /** Age below which a completion is left to the start that followed its commit. */
  graceMs?: number;
}

export interface CompletionReports {
  /** After the commit: starts the report without anybody waiting for it. What fails here is left to the sweep. */
  begin(completionId: string): void;
  /** Starts what was lost, at once and then each interval, until `until`; also forgets saves that are too old. */
  sweep(until: AbortSignal): Promise<void>;
  /** Resolves when no start is under way any more. */
  drained(): Promise<void>;
}

const SWEEP_INTERVAL_MS = 30_000;
const GRACE_MS = 10_000;
/** How long a start is believed. Then it is confirmed, in case Temporal lost its database since. */
const CONFIRMED_FOR_MS = 6 * 3_600_000;
const SWEEP_BATCH = 200;
/** Starts under way at once; more completions than that are the sweep's. */
const MOST_STARTS = 20;
const OLD_SAVES_BATCH = 5_000;

/** Sees to it that each completion's report to the LMS is started, though processes die and Temporal is away. */
export function createCompletionReports(options: CompletionReportsOptions): CompletionReports {
  const { database, logger, startReport, sweepIntervalMs = SWEEP_INTERVAL_MS, graceMs = GRACE_MS } = options;
  const running = new Set<Promise<void>>();

  async function start(completionIds: readonly string[]): Promise<void> {
    const outcomes = await Promise.allSettled(completionIds.map((completionId) => startReport(completionId)));
    const started = completionIds.filter((_id, index) => outcomes[index]!.status === 'fulfilled');
    await markReportStarted(database, started);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async function sweepOnce(): Promise<void> {
    const lost = await listUnreported(database, { graceMs, confirmedForMs: CONFIRMED_FOR_MS, limit: SWEEP_BATCH });
    for (let index = 0; index < lost.length; index += MOST_STARTS) {
      await start(lost.slice(index, index + MOST_STARTS));
    }
    if (lost.length > 0) logger.info({ completions: lost.length }, 'Reports of completions were started by the sweep');
    await deleteOldSaves(database, OLD_SAVES_BATCH);
  }

  function logFailure(error: unknown, message: string): void {
    const code = error instanceof ServiceError ? error.code : 'UNEXPECTED';
    logger.warn({ code, error: error instanceof ServiceError ? error.message : undefined }, message);
  }

  return {
    begin(completionId) {
      if (running.size >= MOST_STARTS) return;
      const starting = start([completionId])
        .catch((error: unknown) => logFailure(error, 'The report of a completion is left to the sweep'))
        .finally(() => running.delete(starting));
      running.add(starting);
    },
    async sweep(until) {
      while (!until.aborted) {
        await sweepOnce().catch((error: unknown) => logFailure(error, 'The sweep for completions will try again'));
        await sleep(sweepIntervalMs, undefined, { signal: until }).catch(() => undefined);
      }
    },
    async drained() {
      await Promise.all(running);
    },
  };
}
