import { ServiceError } from './service-error';

/** The most frames of a stack that a line of the log holds. */
const MAX_FRAMES = 10;

/** The fields of a log line that describe an error. */
export type LoggableError = {
  code: string;
  /** The sentence of a ServiceError. */
  error?: string;
  /** Of any other error: its class, and where it was thrown. */
  errorName?: string;
  frames?: string[];
};

/**
 * The part of an error that may stand in a log. The message of an error that is not a ServiceError may quote data, so
 * only its code, its class and the frames of its stack are used.
 */
export function loggableError(error: unknown): LoggableError {
  if (error instanceof ServiceError) return { code: error.code, error: error.message };
  if (!(error instanceof Error)) return { code: 'UNEXPECTED', errorName: typeof error, frames: [] };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'UNEXPECTED';
  // The first lines of a stack repeat the message, and it may have any number of lines.
  const frames = error.stack?.match(/^\s+at .*$/gm) ?? [];
  return { code, errorName: error.name, frames: frames.slice(0, MAX_FRAMES).map((frame) => frame.trim()) };
}
