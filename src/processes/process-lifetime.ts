import type { Logger } from '../adapters/logger';
import { describeError } from './keep-trying';

/** Exit codes of the processes (contract section 8; 70 is sysexits.h's for a software error). */
export const EXIT = { done: 0, failed: 1, usage: 2, unexpected: 70, configuration: 78 } as const;

/** Contract section 8: SIGTERM stops a process within 30 s, whatever hangs. */
const LAST_EXIT_MS = 27_000;

export function exitWith(code: number, sentence?: string): never {
  if (sentence !== undefined) process.stderr.write(`${sentence}\n`);
  process.exit(code);
}

/** Aborted by SIGTERM or SIGINT. What hangs then is cut off before an orchestrator would kill the process. */
export function stopSignal(logger: Logger): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) return;
      logger.info({ signal: name }, 'Stopping');
      stopping.abort();
      setTimeout(() => {
        logger.error('Something did not end in time');
        exitWith(EXIT.failed);
      }, LAST_EXIT_MS).unref();
    });
  }
  return stopping.signal;
}

/** A process in an unknown state does no more work; whoever watches it starts another. */
export function exitOnUnexpected(logger: Logger): void {
  const exit = (error: unknown) => {
    logger.fatal(describeError(error), 'An error that nobody foresaw; the process exits');
    exitWith(EXIT.unexpected);
  };
  process.on('uncaughtException', exit);
  process.on('unhandledRejection', exit);
}
