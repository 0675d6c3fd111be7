import { Context } from '@temporalio/activity';
import { ServiceError } from '../../domain/shared/service-error';

export interface Backoff {
  /** After the first try; doubled after each further one. */
  firstMs: number;
  longestMs: number;
}

/**
 * The error with the wait before the next try: longer each time, and never shorter than the other side asked for.
 * What no other try mends stays as it is, and so does a lost lease, which is no failure of anybody.
 */
export function withBackoff(error: unknown, { firstMs, longestMs }: Backoff): unknown {
  if (!(error instanceof ServiceError) || !error.retryable || error.code === 'LMS_LEASE_LOST') return error;
  const backoffMs = Math.min(longestMs, firstMs * 2 ** (Context.current().info.attempt - 1));
  return new ServiceError(error.code, error.message, {
    retryAfterMs: Math.max(backoffMs, error.retryAfterMs ?? 0),
    cause: error,
  });
}
