import type { Logger } from '../adapters/logger';
import { loggableError } from '../domain/shared/loggable-error';
import { REMINDER_MS } from './keep-trying';
import { pause } from './pause';

const LOOK_EVERY_MS = 5_000;

export interface ReportOutagesOptions {
  /** For the log: "The database". */
  what: string;
  /** Throws while it is away. */
  probe: () => Promise<unknown>;
  until: AbortSignal;
  logger: Logger;
}

/**
 * Says in the log that something which the process needs is away, once when it begins and now and then while it lasts,
 * and that it is back. The process itself waits, so without this its log would be silent.
 */
export async function reportOutages({ what, probe, until, logger }: ReportOutagesOptions): Promise<void> {
  let saidAt: number | undefined;
  while (!until.aborted) {
    try {
      await probe();
      if (saidAt !== undefined) logger.info(`${what} is back`);
      saidAt = undefined;
    } catch (error) {
      if (saidAt === undefined || performance.now() - saidAt >= REMINDER_MS) {
        logger.warn(loggableError(error), `${what} is away; the process waits for it`);
        saidAt = performance.now();
      }
    }
    await pause(LOOK_EVERY_MS, until);
  }
}
