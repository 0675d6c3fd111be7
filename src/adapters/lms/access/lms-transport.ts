import { Pool } from 'undici';
import type { Metrics } from '../../metrics';
import type { LmsExchange } from './lms-exchange';
import type { LmsLease } from './lms-lease';
import type { MonotonicClock } from '../../shared/monotonic-clock';
import { onAbort } from '../../shared/on-abort';
import type { RequestLimiter, Slot } from './request-limiter';
import { RunningExchange } from './running-exchange';

const CONNECT_TIMEOUT_MS = 5_000;
/** A page of 100 inquiries with long texts has some hundred kilobytes, a large roadmap less than a megabyte. */
const MOST_BODY_BYTES = 32 * 1024 * 1024;

export interface LmsTransportRequest {
  operation: string;
  method: 'GET' | 'POST';
  /** With the query, encoded; follows the base URL. */
  path: string;
  /** Names and values in turn. */
  headers: string[];
  body?: string;
  priority: number;
  signal: AbortSignal;
}

/** The one road to the LMS: nothing is sent without the lease and a slot, and no slot is held while the lease is away. */
export interface LmsTransport {
  /** @throws ServiceError LMS_LEASE_LOST; the signal's reason */
  send(request: LmsTransportRequest): Promise<LmsExchange>;
  /** Cuts every connection. */
  destroy(): Promise<void>;
}

export interface LmsTransportOptions {
  baseUrl: string;
  slots: number;
  limiter: RequestLimiter;
  lease: Pick<LmsLease, 'isHeld' | 'assertHeld' | 'whenHeld'>;
  /** From the moment the request got its slot until its answer is whole. */
  requestTimeoutMs: number;
  clock: MonotonicClock;
  metrics: Pick<Metrics, 'lmsRequestSeconds'>;
}

export function createLmsTransport(options: LmsTransportOptions): LmsTransport {
  const { limiter, lease, clock, requestTimeoutMs, metrics } = options;
  const { origin, pathname } = new URL(options.baseUrl);
  const prefix = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections: options.slots,
    pipelining: 1,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: MOST_BODY_BYTES,
    // One deadline of our own bounds the whole exchange: these two would not bound a body that trickles.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const exchange = (request: LmsTransportRequest, slot: Slot): Promise<LmsExchange | 'leaseAway'> =>
    new Promise((resolve, reject) => {
      const running = new RunningExchange(slot, lease, clock, (outcome) => {
        cancelDeadline();
        stopListening();
        if (running.sentAtMs !== undefined) {
          const seconds = (clock.nowMs() - running.sentAtMs) / 1000;
          metrics.lmsRequestSeconds.observe({ operation: request.operation }, seconds);
        }
        if (outcome.kind === 'leaseAway') resolve('leaseAway');
        else if (outcome.kind === 'aborted') reject(request.signal.reason as Error);
        else resolve(outcome);
      });
      const cancelDeadline = clock.after(requestTimeoutMs, () =>
        running.cancel({ kind: 'noAnswer', what: `gave no whole answer within ${requestTimeoutMs / 1000} s` }),
      );
      const stopListening = onAbort(request.signal, () => running.cancel({ kind: 'aborted' }));
      pool.dispatch(
        { path: prefix + request.path, method: request.method, headers: request.headers, body: request.body ?? null },
        running,
      );
    });

  return {
    async send(request) {
      for (;;) {
        if (!lease.isHeld()) await lease.whenHeld(request.signal);
        const slot = await limiter.acquire(request.priority, request.signal);
        if (request.signal.aborted || !lease.isHeld()) {
          slot.abandon();
          request.signal.throwIfAborted();
          continue;
        }
        const outcome = await exchange(request, slot);
        if (outcome !== 'leaseAway') return outcome;
      }
    },
    destroy: () => pool.destroy(),
  };
}
