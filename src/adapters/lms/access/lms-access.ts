import { ServiceError } from '../../../domain/shared/service-error';
import type { Metrics } from '../../metrics';
import { monotonicClock } from '../../shared/monotonic-clock';
import { pause } from '../../shared/pause';
import { CoolDowns } from './cool-downs';
import type { LmsLease } from './lms-lease';
import { LmsTransport, type LmsTransportRequest } from './lms-transport';
import { RequestLimiter } from './request-limiter';
import type { LmsExchange } from './running-exchange';
import { LMS_TRY_POLICY, withTries, type TryPolicy } from './tries';

/** Which waiting request gets a free slot: the lowest number first. */
export const LMS_PRIORITY = { inquiry: 0, completion: 1, collection: 2 } as const;

const REQUEST_TIMEOUT_MS = 10_000;
/** The time in which requests at the LMS can still be answered after `close`. */
const CLOSE_GRACE_MS = 1_000;

export interface LmsAccessOptions {
  /** Can have a path; every request's path follows it. */
  baseUrl: string;
  /** Most requests at the LMS at once, abandoned ones included. */
  maxConcurrentRequests: number;
  lease: Pick<LmsLease, 'isOwned' | 'assertOwned' | 'whenOwned'>;
  metrics: Pick<Metrics, 'lmsInFlight' | 'lmsWaiting' | 'lmsRequests' | 'lmsRequestSeconds'>;
  tryPolicy?: TryPolicy;
  requestTimeoutMs?: number;
}

export interface LmsTask {
  /** The label of its metrics. */
  operation: string;
  /** The subject of a `Retry-After` of the LMS: tasks with the same subject wait together. */
  subject: string;
  /** Ends the pauses between tries. */
  signal: AbortSignal;
}

/**
 * Access to the LMS under the rules that hold for every kind of LMS: one process at a time, a bounded number of requests,
 * a few tries, and no request before a `Retry-After` is over. It knows no route, no log-in and no meaning of a status.
 */
export class LmsAccess {
  private readonly clock = monotonicClock;
  private readonly coolDowns = new CoolDowns(this.clock);
  private readonly closing = new AbortController();
  private readonly limiter: RequestLimiter;
  private readonly transport: LmsTransport;

  constructor(private readonly options: LmsAccessOptions) {
    const { baseUrl, maxConcurrentRequests: slots, lease, metrics, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
    const { clock } = this;
    const onChange = (inFlight: number, waiting: number) => {
      metrics.lmsInFlight.set(inFlight);
      metrics.lmsWaiting.set(waiting);
    };
    onChange(0, 0);
    this.limiter = new RequestLimiter({ slots, priorities: Object.keys(LMS_PRIORITY).length, onChange, clock });
    this.transport = new LmsTransport({
      ...{ baseUrl, slots, lease, requestTimeoutMs, clock, metrics },
      limiter: this.limiter,
    });
  }

  /**
   * Sends one request as soon as the lease and a slot allow it.
   * @throws ServiceError LMS_LEASE_LOST; the signal's reason
   */
  send(request: LmsTransportRequest): Promise<LmsExchange> {
    return this.transport.send(request);
  }

  /**
   * Runs `attempt` until it succeeds or does not throw a retryable `FailedTry`, a few times at most.
   * @throws ServiceError the last try's failure, or that of a cool-down; whatever else `attempt` throws
   */
  tryRepeatedly<Result>({ operation, subject, signal }: LmsTask, attempt: () => Promise<Result>): Promise<Result> {
    const { tryPolicy: policy = LMS_TRY_POLICY, metrics } = this.options;
    const { clock, coolDowns } = this;
    const signals = [signal, this.closing.signal];
    const count = (outcome: 'ok' | 'retry' | 'failed') => metrics.lmsRequests.inc({ operation, outcome });
    return withTries({ policy, clock, coolDowns, subject, signals, count }, attempt);
  }

  /** @throws ServiceError LMS_LEASE_LOST; the signal's reason */
  async whenLeaseOwned(signal: AbortSignal): Promise<void> {
    if (!this.options.lease.isOwned()) await this.options.lease.whenOwned(signal);
  }

  /** Sends nothing more: waiting calls fail with LMS_LEASE_LOST, requests at the LMS have a second to be answered. */
  async close(): Promise<void> {
    const stopping = new ServiceError('LMS_LEASE_LOST', 'This process is stopping; another one goes on by itself.');
    this.limiter.refuse(stopping);
    this.closing.abort(stopping);
    const graceOver = new AbortController();
    await Promise.race([this.limiter.drain(), pause(CLOSE_GRACE_MS, [graceOver.signal], this.clock)]);
    graceOver.abort();
    await this.transport.destroy();
  }

  /** Milliseconds until the LMS is surely done with everything that was sent. `LmsLease.release` needs it after `close`. */
  quietInMs(): number {
    return this.limiter.quietInMs();
  }
}
