import type { Dispatcher } from 'undici';
import { ServiceError } from '../../../domain/shared/service-error';
import type { MonotonicClock } from '../../shared/monotonic-clock';
import type { LmsLease } from './lms-lease';
import type { Slot } from './request-limiter';

export type ResponseHeaders = Record<string, string | string[] | undefined>;

/** The end of one request. A whole answer can have any status. */
export type LmsExchange =
  | { kind: 'answer'; status: number; headers: ResponseHeaders; body: Buffer }
  | TooLargeAnswer
  /** `isSent`: the LMS may have received the request. `problem` completes "the LMS …". */
  | { kind: 'noAnswer'; isSent: boolean; problem: string };

/** A whole answer beyond the limit. `ends` are its first and its last bytes, where the request asked for them. */
export interface TooLargeAnswer {
  kind: 'tooLarge';
  maxBytes: number;
  ends: BodyEnds | null;
}

export interface BodyEnds {
  head: Buffer;
  tail: Buffer;
}

export interface BodyLimit {
  maxBytes: number;
  /** Reads a larger body to its end and keeps its ends. Otherwise the request is given up. */
  keepsEnds: boolean;
}

const END_BYTES = 64 * 1024;

export type Cancellation = { kind: 'noAnswer'; problem: string } | TooLargeAnswer | { kind: 'aborted' };
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
  private chunks: Buffer[] = [];
  private bytes = 0;
  /** Set once the body is larger than the limit: `chunks` are then the newest ones. */
  private head: Buffer | undefined;
  private isEnded = false;

  constructor(
    private readonly slot: Slot,
    private readonly lease: Pick<LmsLease, 'assertOwned'>,
    private readonly clock: MonotonicClock,
    private readonly bodyLimit: BodyLimit,
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
    const { maxBytes, keepsEnds } = this.bodyLimit;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes <= maxBytes) return;
    if (!keepsEnds) return this.cancel({ kind: 'tooLarge', maxBytes, ends: null });
    this.head ??= Buffer.from(Buffer.concat(this.chunks).subarray(0, END_BYTES));
    while (this.chunks.length > 1 && lengthOf(this.chunks.slice(1)) >= END_BYTES) this.chunks.shift();
  }

  onResponseEnd(): void {
    this.isEnded = true;
    this.slot.release();
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
    this.chunks = [];
    const { head, bodyLimit } = this;
    if (head !== undefined) {
      const ends = { head, tail: body.subarray(-END_BYTES) };
      return this.onEnd({ kind: 'tooLarge', maxBytes: bodyLimit.maxBytes, ends });
    }
    this.onEnd({ kind: 'answer', status: this.status, headers: this.headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.fail(error);
  }

  private fail(error: Error): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.chunks = [];
    this.slot.abandon();
    this.onEnd(this.endOf(error));
  }

  private endOf(error: Error): ExchangeEnd {
    const isSent = this.sentAtMs !== undefined;
    if (this.cancellation?.kind === 'aborted') return { kind: 'aborted' };
    if (this.cancellation?.kind === 'tooLarge') return this.cancellation;
    if (this.cancellation !== undefined) return { ...this.cancellation, isSent };
    if (error instanceof ServiceError) return { kind: 'leaseNotOwned' };
    const { code = error.name } = error as { code?: string };
    const problem = isSent ? `broke off before its answer was whole (${code})` : `can't be reached (${code})`;
    return { kind: 'noAnswer', isSent, problem };
  }
}

function lengthOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((bytes, chunk) => bytes + chunk.length, 0);
}
