import type { ServiceError } from '../../../domain/shared/service-error';
import type { MonotonicClock } from '../../shared/monotonic-clock';
import { pause } from '../../shared/pause';

/** How often one request is tried before its failure is somebody else's matter (design rule 5). */
export interface TryPolicy {
  /** 1 or more. */
  tries: number;
  /** The pause after the first failed try is up to this long; each further one up to twice the one before (full jitter). */
  backoffMs: number;
  backoffMostMs: number;
  /** A longer `Retry-After` is not waited for here: the failure carries it to whoever tries next. */
  retryAfterMostMs: number;
}

export const LMS_TRY_POLICY: TryPolicy = {
  tries: 5,
  backoffMs: 250,
  backoffMostMs: 4_000,
  retryAfterMostMs: 10_000,
};

/** Thrown by a try that the LMS, or its silence, made fail. Another one follows if the failure is worth it. */
export class FailedTry extends Error {
  constructor(readonly failure: ServiceError) {
    super(failure.message);
  }
}

export interface TryOptions {
  policy: TryPolicy;
  clock: MonotonicClock;
  /** Each of them ends the pause between two tries; the next try finds out why. */
  signals: readonly AbortSignal[];
  /** Called once for each try that reached its end. */
  count(outcome: 'ok' | 'retry' | 'failed'): void;
}

/** @throws the failure of the last try, or whatever else `attempt` threw, which ends the tries */
export async function withTries<Result>(
  { policy, clock, signals, count }: TryOptions,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (let number = 1; ; number += 1) {
    try {
      const result = await attempt();
      count('ok');
      return result;
    } catch (error) {
      if (!(error instanceof FailedTry)) throw error;
      const { failure } = error;
      const askedMs = failure.retryAfterMs ?? 0;
      const again = failure.retryable && number < policy.tries && askedMs <= policy.retryAfterMostMs;
      count(again ? 'retry' : 'failed');
      if (!again) throw failure;
      const backoffMs = Math.random() * Math.min(policy.backoffMostMs, policy.backoffMs * 2 ** (number - 1));
      await pause(askedMs + backoffMs, signals, clock);
    }
  }
}
