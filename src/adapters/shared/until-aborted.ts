import { once } from 'node:events';
import { loggableError } from '../../domain/shared/loggable-error';
import type { Logger } from '../logger';
import { pause } from './pause';

/** Between two tries. */
const RETRY_PAUSE_MS = 1_000;
/** Frequent enough to be seen in a log, and rare enough not to fill a disk. */
const REMINDER_MS = 30_000;

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Runs `work` again and again, with a pause after each run. An error of `work` ends the loop. */
export async function repeatUntilAborted(
  until: AbortSignal,
  pauseMs: number,
  work: () => Promise<unknown>,
): Promise<void> {
  while (!until.aborted) {
    await work();
    await pause(pauseMs, [until]);
  }
}

export interface RetryOptions {
  /** A line of the log: "Temporal can't be reached". */
  complaint: string;
  until: AbortSignal;
  logger: Logger;
}

/**
 * Tries each second until `attempt` works.
 * @returns undefined when `until` was aborted first
 */
export async function retryUntilAborted<Result>(
  attempt: () => Promise<Result>,
  { complaint, until, logger }: RetryOptions,
): Promise<Result | undefined> {
  const outage = createOutageLog(logger);
  while (!until.aborted) {
    try {
      return await attempt();
    } catch (error) {
      outage.failed(error, `${complaint}; trying again each second`);
    }
    await pause(RETRY_PAUSE_MS, [until]);
  }
  return undefined;
}

/** Logs an outage when it begins, every 30 s while it lasts, and when it ends. */
export function createOutageLog(logger: Logger) {
  let loggedAtMs: number | undefined;
  return {
    failed(error: unknown, message: string): void {
      if (loggedAtMs !== undefined && performance.now() - loggedAtMs < REMINDER_MS) return;
      logger.warn(loggableError(error), message);
      loggedAtMs = performance.now();
    },
    ended(message: string): void {
      if (loggedAtMs !== undefined) logger.info(message);
      loggedAtMs = undefined;
    },
  };
}
