import type { FastifyRequest } from 'fastify';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from '../api-error';

/** Twice the rate that the contract promises a member: 5 calls a second, bursts of 30. Each server process counts alone. */
const STEADY_RATE = { points: 10, duration: 1 };
/** Calls above the steady rate. 5 s after a member used them, they are there again. */
const BURST_RATE = { points: 50, duration: 5 };

/**
 * Makes the hook that limits the calls of each member. It runs after `authenticate`.
 * @throws ApiError TOO_MANY_CALLS, with the seconds to wait
 */
export function createCallLimit() {
  const limiter = new BurstyRateLimiter(new RateLimiterMemory(STEADY_RATE), new RateLimiterMemory(BURST_RATE));

  return async function limitCalls(request: FastifyRequest): Promise<void> {
    try {
      await limiter.consume(request.memberNo ?? '');
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw new ApiError('TOO_MANY_CALLS', 'Too many calls: wait, then try again with the same saveId.', {
        retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1000)),
      });
    }
  };
}
