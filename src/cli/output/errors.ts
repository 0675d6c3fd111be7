import { CommanderError } from 'commander';
import { EXIT_CODES } from '../../domain/operations/exit-codes';
import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';

/** An argument that makes no sense. The message says what is right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command ran, and its outcome is not the wanted one. The message says what to do. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

const UNAVAILABLE_SERVERS: ReadonlySet<ErrorCode> = new Set([
  'DATABASE_UNAVAILABLE',
  'TEMPORAL_UNAVAILABLE',
  'LMS_UNAVAILABLE',
  'CHAT_UNAVAILABLE',
  'STATISTICS_UNAVAILABLE',
]);

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  if (error instanceof UsageError) return EXIT_CODES.usage;
  if (!(error instanceof ServiceError)) return EXIT_CODES.failed;
  if (error.code === 'CONFIG_INVALID') return EXIT_CODES.configuration;
  return UNAVAILABLE_SERVERS.has(error.code) ? EXIT_CODES.unavailable : EXIT_CODES.failed;
}

/** One sentence for stderr. */
export function describeForOperator(error: unknown): string {
  if (error instanceof ServiceError || error instanceof UsageError || error instanceof CommandFailed) {
    return error.message;
  }
  return `It failed in a way that nobody foresaw: ${error instanceof Error ? error.message : String(error)}`;
}
