import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * JSON lines on stdout with an ISO time. Callers log keys, dates and counts. They pass an error as `loggableError(error)`
 * and never as it is: messages and causes may quote data.
 */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
