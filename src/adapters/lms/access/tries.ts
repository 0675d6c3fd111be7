import type { ServiceError } from '../../../domain/shared/service-error';
import type { MonotonicClock } from '../../shared/monotonic-clock';
import { pause } from '../../shared/pause';
import type { CoolDowns } from './cool-downs';

/** How often one request is tried before it fails. */
export interface TryPolicy {
  /** 1 or more. */
  tries: number;
  /** The longest pause after the first failed try. It doubles with each further one; full jitter. */
  backoffMs: number;
  backoffMostMs: number;
  /** A longer `Retry-After` ends the tries and begins a cool-down. */
  retryAfterMostMs: number;
}

export const LMS_TRY_POLICY: TryPolicy = {
  tries: 5,
  backoffMs: 250,
  backoffMostMs: 4_000,
  retryAfterMostMs: 10_000,
};

/** Thrown by a try that failed at the LMS. Another one follows unless it `isLast`; any other error ends the tries. */
export class FailedTry extends Error {
  /** @param isLast the same request would bring the same answer now: the next pass or tick asks again */
  constructor(
    readonly failure: ServiceError,
    readonly isLast = false,
  ) {
    super(failure.message);
  }
}

export interface TryOptions {
  policy: TryPolicy;
  clock: MonotonicClock;
  coolDowns: CoolDowns;
  /** The subject of a cool-down that these tries begin; nothing is tried while one lasts. */
  subject: string;
  /** Each of them ends the pause between two tries. The next try then checks its signal. */
  signals: readonly AbortSignal[];
  /** Called once for each try that succeeded or threw a `FailedTry`. */
  count(outcome: 'ok' | 'retry' | 'failed'): void;
}

/** @throws ServiceError the last try's failure, or that of a cool-down; whatever else `attempt` throws */
export async function withTries<Result>(options: TryOptions, attempt: () => Promise<Result>): Promise<Result> {
  const { policy, clock, coolDowns, subject, signals, count } = options;
  coolDowns.assertOver(subject);
  for (let number = 1; ; number += 1) {
    try {
      const result = await attempt();
      count('ok');
      return result;
    } catch (error) {
      if (!(error instanceof FailedTry)) throw error;
      const { failure, isLast } = error;
      const { retryAfterMs = 0 } = failure;
      const isTooLong = retryAfterMs > policy.retryAfterMostMs;
      if (isTooLong) coolDowns.begin(subject, failure, retryAfterMs);
      const isRetried = !isLast && number < policy.tries && !isTooLong;
      count(isRetried ? 'retry' : 'failed');
      if (!isRetried) throw failure;
      const backoffMs = Math.random() * Math.min(policy.backoffMostMs, policy.backoffMs * 2 ** (number - 1));
      await pause(retryAfterMs + backoffMs, signals, clock);
    }
  }
}
