import { CommanderError } from 'commander';
import { EXIT_CODES } from '../../domain/operations/exit-codes';
import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';

const UNAVAILABLE: ReadonlySet<ErrorCode> = new Set([
  'DATABASE_UNAVAILABLE',
  'TEMPORAL_UNAVAILABLE',
  'LMS_UNAVAILABLE',
  'CHAT_UNAVAILABLE',
  'STATISTICS_UNAVAILABLE',
]);

/** What was typed can't be meant. The message says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command did what it should, and the outcome is not what was wanted. The message says what to do. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  if (error instanceof UsageError) return EXIT_CODES.usage;
  if (!(error instanceof ServiceError)) return EXIT_CODES.failed;
  if (error.code === 'CONFIG_INVALID') return EXIT_CODES.configuration;
  return UNAVAILABLE.has(error.code) ? EXIT_CODES.unavailable : EXIT_CODES.failed;
}
