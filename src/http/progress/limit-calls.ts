import type { FastifyRequest } from 'fastify';
import { refill, takeToken, type CallRate, type TokenBucket } from '../../domain/shared/token-bucket';
import { ApiError } from '../errors/api-error';

/** Twice what the contract promises a member: 5 calls a second, bursts of 30. Each server process counts by itself. */
const RATE: CallRate = { burst: 60, perSecond: 10 };
/** Buckets that are full again are forgotten when there are more than this. */
const TIDY_ABOVE = 10_000;

/** Hook for after `authenticate`. @throws ApiError TOO_MANY_CALLS with the time after which a call is taken again */
export function createCallLimit(nowMs: () => number = () => performance.now()) {
  const buckets = new Map<string, TokenBucket>();
  let tidyAbove = TIDY_ABOVE;

  function tidy(now: number): void {
    for (const [member, bucket] of buckets) {
      if (refill(bucket, now, RATE).tokens >= RATE.burst) buckets.delete(member);
    }
    // With so many busy members the next look is due when there are twice as many, not at the next call.
    tidyAbove = Math.max(TIDY_ABOVE, buckets.size * 2);
  }

  return async function limitCalls(request: FastifyRequest): Promise<void> {
    const member = request.memberNo ?? '';
    const now = nowMs();
    const { bucket, waitMs } = takeToken(refill(buckets.get(member), now, RATE), RATE);
    buckets.set(member, bucket);
    if (buckets.size > tidyAbove) tidy(now);
    if (waitMs > 0) {
      const retryAfterSeconds = Math.ceil(waitMs / 1000);
      throw new ApiError('TOO_MANY_CALLS', 'Too many calls: wait, then try again with the same saveId.', {
        retryAfterSeconds,
      });
    }
  };
}
