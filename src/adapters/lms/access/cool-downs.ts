import { ServiceError } from '../../../domain/shared/service-error';
import type { MonotonicClock } from '../../shared/monotonic-clock';

/** What the LMS asked to be left alone with for longer than a request's own tries wait: nobody asks it before. */
export interface AskedPauses {
  /** @throws ServiceError the failure that asked for the pause, with what is left of it, while it lasts */
  assertOver(subject: string): void;
  /** Notes a failure whose `Retry-After` is longer than `shortestMs`; any other changes nothing. */
  note(subject: string, failure: ServiceError): void;
}

/** `subject` names what the pause is about: an account's log-in, or an operation of a cohort. */
export function createAskedPauses(clock: Pick<MonotonicClock, 'nowMs'>, shortestMs: number): AskedPauses {
  const pauses = new Map<string, { untilMs: number; failure: ServiceError }>();
  return {
    assertOver(subject) {
      const pause = pauses.get(subject);
      if (pause === undefined) return;
      const { untilMs, failure } = pause;
      const leftMs = untilMs - clock.nowMs();
      if (leftMs > 0) throw new ServiceError(failure.code, failure.message, { retryAfterMs: Math.ceil(leftMs) });
      pauses.delete(subject);
    },
    note(subject, failure) {
      const { retryAfterMs = 0 } = failure;
      if (retryAfterMs > shortestMs) pauses.set(subject, { untilMs: clock.nowMs() + retryAfterMs, failure });
    },
  };
}
