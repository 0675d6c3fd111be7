import { Context } from '@temporalio/activity';
import { ServiceError } from '../../domain/shared/service-error';

export interface Backoff {
  /** The wait after the first try. It doubles with each further try. */
  firstMs: number;
  longestMs: number;
}

/**
 * The error with the wait before the next try: longer each time, and at least as long as the other side asked for. An
 * error that is not retried stays as it is. So does a lost lease: the next owner repeats the activity at once.
 */
export function withBackoff(error: unknown, { firstMs, longestMs }: Backoff): unknown {
  if (!(error instanceof ServiceError) || !error.retryable || error.code === 'LMS_LEASE_LOST') return error;
  const backoffMs = Math.min(longestMs, firstMs * 2 ** (Context.current().info.attempt - 1));
  return new ServiceError(error.code, error.message, {
    retryAfterMs: Math.max(backoffMs, error.retryAfterMs ?? 0),
    cause: error,
  });
}
