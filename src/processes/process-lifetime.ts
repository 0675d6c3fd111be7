import type { Logger } from '../adapters/logger';
import { EXIT_CODES } from '../domain/operations/exit-codes';
import { loggableError } from '../domain/shared/loggable-error';

/** SIGTERM stops a process within 30 s, whatever hangs (contract section 8). */
const FORCED_EXIT_MS = 27_000;

export function exitWith(code: number, sentence?: string): never {
  if (sentence !== undefined) process.stderr.write(`${sentence}\n`);
  process.exit(code);
}

/** Is aborted by SIGTERM or SIGINT. A process that does not end in time exits before an orchestrator kills it. */
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
      }, FORCED_EXIT_MS).unref();
    });
  }
  return stopping.signal;
}

/** After an unforeseen error the state of a process is unknown: it exits, and its supervisor starts another one. */
export function exitOnUnexpected(logger: Logger): void {
  const exit = (error: unknown) => {
    logger.fatal(loggableError(error), 'An error that nobody foresaw; the process exits');
    exitWith(EXIT_CODES.unexpected);
  };
  process.on('uncaughtException', exit);
  process.on('unhandledRejection', exit);
}
