import type { Logger } from '../adapters/logger';
import { EXIT_CODES } from '../domain/operations/exit-codes';
import { loggableError } from '../domain/shared/loggable-error';

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
        exitWith(EXIT_CODES.failed);
      }, LAST_EXIT_MS).unref();
    });
  }
  return stopping.signal;
}

/** A process in an unknown state does no more work; whoever watches it starts another. */
export function exitOnUnexpected(logger: Logger): void {
  const exit = (error: unknown) => {
    logger.fatal(loggableError(error), 'An error that nobody foresaw; the process exits');
    exitWith(EXIT_CODES.unexpected);
  };
  process.on('uncaughtException', exit);
  process.on('unhandledRejection', exit);
}
