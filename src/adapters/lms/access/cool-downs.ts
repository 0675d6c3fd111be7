import { ServiceError } from '../../../domain/shared/service-error';
import type { MonotonicClock } from '../../shared/monotonic-clock';

/**
 * Waits that the LMS asked for by `Retry-After` and that are too long for the tries of one request: until a wait is over,
 * nothing is asked about its subject. A subject is an account's log-in, or one operation of a cohort.
 */
export class CoolDowns {
  private readonly bySubject = new Map<string, { endsAtMs: number; failure: ServiceError }>();

  constructor(private readonly clock: Pick<MonotonicClock, 'nowMs'>) {}

  /** @throws ServiceError while the subject cools down: the failure that began it, with the time that is left */
  assertOver(subject: string): void {
    const coolDown = this.bySubject.get(subject);
    if (coolDown === undefined) return;
    const { endsAtMs, failure } = coolDown;
    const leftMs = endsAtMs - this.clock.nowMs();
    if (leftMs > 0) throw new ServiceError(failure.code, failure.message, { retryAfterMs: Math.ceil(leftMs) });
    this.bySubject.delete(subject);
  }

  begin(subject: string, failure: ServiceError, durationMs: number): void {
    this.bySubject.set(subject, { endsAtMs: this.clock.nowMs() + durationMs, failure });
  }
}
