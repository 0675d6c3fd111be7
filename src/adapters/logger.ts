import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * JSON lines on stdout with an ISO time. Callers log keys, dates and counts; errors are passed as `{ error: message,
 * code }` of a ServiceError, never as whole error objects, whose causes may quote data.
 */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
