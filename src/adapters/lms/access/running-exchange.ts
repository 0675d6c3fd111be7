import type { Dispatcher } from 'undici';
import { ServiceError } from '../../../domain/shared/service-error';
import type { LmsLease } from './lms-lease';
import type { LmsExchange, LmsHeaders } from './lms-exchange';
import type { MonotonicClock } from '../../shared/monotonic-clock';
import type { Slot } from './request-limiter';

type Cancellation = { kind: 'noAnswer'; what: string } | { kind: 'aborted' };
type Outcome = LmsExchange | { kind: 'leaseAway' } | { kind: 'aborted' };

/**
 * One request on its way through undici, from the slot it was given to its outcome; it ends its slot exactly once.
 * undici calls `onRequestStart` right before it writes to the socket, whatever the request waited for until then (an
 * opening connection, say): there the lease is asked for the last time.
 */
export class RunningExchange implements Dispatcher.DispatchHandler {
  sentAtMs: number | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private cancellation: Cancellation | undefined;
  private status = 0;
  private headers: LmsHeaders = {};
  private readonly chunks: Buffer[] = [];
  private settled = false;

  constructor(
    private readonly slot: Slot,
    private readonly lease: Pick<LmsLease, 'assertHeld'>,
    private readonly clock: MonotonicClock,
    private readonly onSettled: (outcome: Outcome) => void,
  ) {}

  cancel(cancellation: Cancellation): void {
    this.cancellation = cancellation;
    if (this.controller === undefined) this.fail(CANCELLED);
    else this.controller.abort(CANCELLED);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.settled) throw CANCELLED;
    this.lease.assertHeld();
    this.controller = controller;
    this.sentAtMs = this.clock.nowMs();
    this.slot.markSent();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: LmsHeaders): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.settled = true;
    this.slot.release();
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
    this.chunks.length = 0;
    this.onSettled({ kind: 'answer', status: this.status, headers: this.headers, body: body.toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.fail(error);
  }

  private fail(error: Error): void {
    if (this.settled) return;
    this.settled = true;
    this.chunks.length = 0;
    this.slot.abandon();
    this.onSettled(this.outcomeOf(error));
  }

  private outcomeOf(error: Error): Outcome {
    const sent = this.sentAtMs !== undefined;
    if (this.cancellation?.kind === 'aborted') return { kind: 'aborted' };
    if (this.cancellation !== undefined) return { ...this.cancellation, sent };
    if (error instanceof ServiceError) return { kind: 'leaseAway' };
    const { code = error.name } = error as { code?: string };
    const what = sent ? `broke off before its answer was whole (${code})` : `can't be reached (${code})`;
    return { kind: 'noAnswer', sent, what };
  }
}

const CANCELLED = new Error('The request was cancelled.');
