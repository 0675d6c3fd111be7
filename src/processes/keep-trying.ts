import type { Logger } from '../adapters/logger';
import { loggableError } from '../domain/shared/loggable-error';
import { pause } from './pause';

const PAUSE_MS = 1_000;
/** A process that waits for another says so at once and then now and then: enough to be seen, not enough to fill a disk. */
export const REMINDER_MS = 30_000;

export interface KeepTryingOptions {
  /** For the log: "Temporal can't be reached". */
  complaint: string;
  until: AbortSignal;
  logger: Logger;
}

/** Tries each second until it works, and answers undefined when `until` came first. */
export async function keepTrying<Result>(
  attempt: () => Promise<Result>,
  { complaint, until, logger }: KeepTryingOptions,
): Promise<Result | undefined> {
  let complainedAt = -Infinity;
  while (!until.aborted) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() - complainedAt >= REMINDER_MS) {
        logger.warn(loggableError(error), `${complaint}; trying again each second`);
        complainedAt = performance.now();
      }
    }
    await pause(PAUSE_MS, until);
  }
  return undefined;
}
