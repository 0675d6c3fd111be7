import { Pool } from 'undici';
import type { Metrics } from '../../metrics';
import type { MonotonicClock } from '../../shared/monotonic-clock';
import { onAbort } from '../../shared/on-abort';
import { MOST_BODY_BYTES } from '../lms-limits';
import type { LmsLease } from './lms-lease';
import type { RequestLimiter, Slot } from './request-limiter';
import { RunningExchange, type BodyLimit, type LmsExchange } from './running-exchange';

const CONNECT_TIMEOUT_MS = 5_000;

export interface LmsTransportRequest {
  /** The label of its metrics. */
  operation: string;
  method: 'GET' | 'POST';
  /** With the query, encoded; it follows the base URL. */
  path: string;
  /** Names and values in turn. */
  headers: string[];
  body?: string;
  bodyLimit?: BodyLimit;
  priority: number;
  signal: AbortSignal;
}

export interface LmsTransportOptions {
  baseUrl: string;
  slots: number;
  limiter: RequestLimiter;
  lease: Pick<LmsLease, 'isOwned' | 'assertOwned' | 'whenOwned'>;
  /** From the moment at which the request got its slot until its answer is whole. */
  requestTimeoutMs: number;
  clock: MonotonicClock;
  metrics: Pick<Metrics, 'lmsRequestSeconds'>;
}

/** The only way to the LMS. A request is sent with the lease and a slot; while it waits for the lease it takes no slot. */
export class LmsTransport {
  private readonly pool: Pool;
  /** The path of the base URL. */
  private readonly prefix: string;

  constructor(private readonly options: LmsTransportOptions) {
    const { origin, pathname } = new URL(options.baseUrl);
    this.prefix = pathname.replace(/\/+$/, '');
    this.pool = new Pool(origin, {
      connections: options.slots,
      pipelining: 1,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      // `requestTimeoutMs` bounds the whole exchange. These two would not bound a body that trickles.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** @throws ServiceError LMS_LEASE_LOST; the signal's reason */
  async send(request: LmsTransportRequest): Promise<LmsExchange> {
    const { limiter, lease } = this.options;
    for (;;) {
      if (!lease.isOwned()) await lease.whenOwned(request.signal);
      const slot = await limiter.acquire(request.priority, request.signal);
      if (request.signal.aborted || !lease.isOwned()) {
        slot.abandon();
        request.signal.throwIfAborted();
        continue;
      }
      const end = await this.exchange(request, slot);
      if (end !== 'leaseNotOwned') return end;
    }
  }

  /** Cuts every connection. */
  destroy(): Promise<void> {
    return this.pool.destroy();
  }

  private exchange(request: LmsTransportRequest, slot: Slot): Promise<LmsExchange | 'leaseNotOwned'> {
    const { lease, clock, requestTimeoutMs, metrics } = this.options;
    return new Promise((resolve, reject) => {
      const { bodyLimit = { maxBytes: MOST_BODY_BYTES, keepsEnds: false } } = request;
      const running = new RunningExchange(slot, lease, clock, bodyLimit, (end) => {
        cancelDeadline();
        stopListening();
        if (running.sentAtMs !== undefined) {
          const seconds = (clock.nowMs() - running.sentAtMs) / 1000;
          metrics.lmsRequestSeconds.observe({ operation: request.operation }, seconds);
        }
        if (end.kind === 'leaseNotOwned') resolve('leaseNotOwned');
        else if (end.kind === 'aborted') reject(request.signal.reason as Error);
        else resolve(end);
      });
      const cancelDeadline = clock.after(requestTimeoutMs, () =>
        running.cancel({ kind: 'noAnswer', problem: `gave no whole answer within ${requestTimeoutMs / 1000} s` }),
      );
      const stopListening = onAbort(request.signal, () => running.cancel({ kind: 'aborted' }));
      const { method, body = null } = request;
      const headers = ['accept-encoding', 'identity', ...request.headers];
      this.pool.dispatch({ path: this.prefix + request.path, method, headers, body }, running);
    });
  }
}
