import type { Dispatcher } from 'undici';
import { ServiceError } from '../../../domain/shared/service-error';
import type { MonotonicClock } from '../../shared/monotonic-clock';
import type { LmsLease } from './lms-lease';
import type { Slot } from './request-limiter';

export type ResponseHeaders = Record<string, string | string[] | undefined>;

/** The end of one request. A whole answer can have any status. */
export type LmsExchange =
  | { kind: 'answer'; status: number; headers: ResponseHeaders; body: Buffer }
  /** `isSent`: the LMS may have received the request. `problem` completes "the LMS …". */
  | { kind: 'noAnswer'; isSent: boolean; problem: string };

export type Cancellation = { kind: 'noAnswer'; problem: string } | { kind: 'aborted' };
export type ExchangeEnd = LmsExchange | { kind: 'leaseNotOwned' } | { kind: 'aborted' };

const CANCELLED = new Error('The request was cancelled.');

/**
 * undici's handler of one request, from its slot to its end. It ends the slot exactly once. undici calls
 * `onRequestStart` right before it writes to the socket, after any wait for a connection, so the last check of the lease
 * is there (decision 0001).
 */
export class RunningExchange implements Dispatcher.DispatchHandler {
  /** Undefined while nothing was written. */
  sentAtMs: number | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private cancellation: Cancellation | undefined;
  private status = 0;
  private headers: ResponseHeaders = {};
  private readonly chunks: Buffer[] = [];
  private isEnded = false;

  constructor(
    private readonly slot: Slot,
    private readonly lease: Pick<LmsLease, 'assertOwned'>,
    private readonly clock: MonotonicClock,
    private readonly onEnd: (end: ExchangeEnd) => void,
  ) {}

  cancel(cancellation: Cancellation): void {
    this.cancellation = cancellation;
    if (this.controller === undefined) this.fail(CANCELLED);
    else this.controller.abort(CANCELLED);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.isEnded) throw CANCELLED;
    this.lease.assertOwned();
    this.controller = controller;
    this.sentAtMs = this.clock.nowMs();
    this.slot.markSent();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.isEnded = true;
    this.slot.release();
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
    this.chunks.length = 0;
    this.onEnd({ kind: 'answer', status: this.status, headers: this.headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.fail(error);
  }

  private fail(error: Error): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.chunks.length = 0;
    this.slot.abandon();
    this.onEnd(this.endOf(error));
  }

  private endOf(error: Error): ExchangeEnd {
    const isSent = this.sentAtMs !== undefined;
    if (this.cancellation?.kind === 'aborted') return { kind: 'aborted' };
    if (this.cancellation !== undefined) return { ...this.cancellation, isSent };
    if (error instanceof ServiceError) return { kind: 'leaseNotOwned' };
    const { code = error.name } = error as { code?: string };
    const problem = isSent ? `broke off before its answer was whole (${code})` : `can't be reached (${code})`;
    return { kind: 'noAnswer', isSent, problem };
  }
}
