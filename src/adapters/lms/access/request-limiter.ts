import { monotonicClock, type MonotonicClock } from '../../shared/monotonic-clock';
import { onAbort } from '../../shared/on-abort';
import { LMS_PROCESSING_MS } from '../lms-limits';

/** The time that a request may need to reach the LMS. */
const TRAVEL_MARGIN_MS = 250;

/** The right to have one request at the LMS. Exactly one call of `release` or `abandon` ends it. */
export interface Slot {
  /** The request is written now: the LMS may be working on it from here on. */
  markSent(): void;
  /** The whole answer is here. */
  release(): void;
  /** There will be no whole answer. A request that was sent keeps its slot until the LMS is surely done with it. */
  abandon(): void;
}

export interface RequestLimiterOptions {
  slots: number;
  /** Priorities run from 0 to `priorities - 1`. */
  priorities: number;
  /** Called after every change. Abandoned requests are in flight until their slots are free. */
  onChange?: (inFlight: number, waiting: number) => void;
  clock?: MonotonicClock;
}

interface Waiter {
  resolve(slot: Slot): void;
  reject(reason: unknown): void;
}

/** Bounds how many requests the LMS can be working on, and decides which waiting request is next. */
export class RequestLimiter {
  private readonly clock: MonotonicClock;
  /** One for each priority. A Set keeps its order, and an aborted waiter leaves it in constant time. */
  private readonly queues: readonly Set<Waiter>[];
  /** Slots whose request was sent, each with the time at which the LMS is surely done with it. */
  private readonly doneAtMs = new Map<Slot, number>();
  private readonly drainers: (() => void)[] = [];
  private inFlight = 0;
  private abandoned = 0;
  private waiting = 0;
  private refusal: Error | undefined;

  constructor(private readonly options: RequestLimiterOptions) {
    this.clock = options.clock ?? monotonicClock;
    this.queues = Array.from({ length: options.priorities }, () => new Set<Waiter>());
  }

  /**
   * Waits for a slot: the lowest priority number comes first, and within it the longest waiting request.
   * @throws the signal's reason, or the error of `refuse`
   */
  async acquire(priority: number, signal: AbortSignal): Promise<Slot> {
    const queue = this.queues[priority];
    if (queue === undefined) throw new RangeError(`There is no priority ${priority}.`);
    signal.throwIfAborted();
    if (this.refusal !== undefined) throw this.refusal;
    if (this.inFlight < this.options.slots) {
      this.inFlight += 1;
      this.notify();
      return this.createSlot();
    }
    return this.wait(queue, signal);
  }

  /** Makes every call of `acquire` fail with this error from now on, and those that wait already. */
  refuse(error: Error): void {
    this.refusal = error;
    for (const queue of this.queues) for (const waiter of queue) waiter.reject(error);
  }

  /** Resolves when no request waits for its answer; abandoned ones may still keep slots. */
  drain(): Promise<void> {
    if (this.inFlight === this.abandoned) return Promise.resolve();
    return new Promise((resolve) => this.drainers.push(resolve));
  }

  /** Milliseconds until the LMS is surely done with everything that was sent; 0 when it is. */
  quietInMs(): number {
    const nowMs = this.clock.nowMs();
    return [...this.doneAtMs.values()].reduce((longestMs, atMs) => Math.max(longestMs, atMs - nowMs), 0);
  }

  private wait(queue: Set<Waiter>, signal: AbortSignal): Promise<Slot> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve(slot) {
          stopListening();
          resolve(slot);
        },
        reject: (reason) => {
          stopListening();
          queue.delete(waiter);
          this.waiting -= 1;
          this.notify();
          reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
        },
      };
      const stopListening = onAbort(signal, () => waiter.reject(signal.reason));
      queue.add(waiter);
      this.waiting += 1;
      this.notify();
    });
  }

  private createSlot(): Slot {
    let isEnded = false;
    const end = () => {
      if (isEnded) throw new Error('A slot of the request limiter ended twice.');
      isEnded = true;
    };
    const slot: Slot = {
      markSent: () => {
        this.doneAtMs.set(slot, this.clock.nowMs() + LMS_PROCESSING_MS + TRAVEL_MARGIN_MS);
      },
      release: () => {
        end();
        this.free(slot);
      },
      abandon: () => {
        end();
        const doneAtMs = this.doneAtMs.get(slot);
        if (doneAtMs === undefined) return this.free(slot);
        this.abandoned += 1;
        this.freeAt(doneAtMs, slot);
        this.notifyDrainers();
      },
    };
    return slot;
  }

  /** Frees an abandoned slot, never early: a timer may fire up to a millisecond too soon. */
  private freeAt(doneAtMs: number, slot: Slot): void {
    const remainingMs = doneAtMs - this.clock.nowMs();
    if (remainingMs > 0) {
      this.clock.afterIfAlive(Math.ceil(remainingMs), () => this.freeAt(doneAtMs, slot));
      return;
    }
    this.abandoned -= 1;
    this.free(slot);
  }

  private free(slot: Slot): void {
    this.doneAtMs.delete(slot);
    this.inFlight -= 1;
    this.grantNext();
    this.notify();
    this.notifyDrainers();
  }

  private grantNext(): void {
    if (this.inFlight >= this.options.slots || this.waiting === 0) return;
    for (const queue of this.queues) {
      for (const waiter of queue) {
        queue.delete(waiter);
        this.waiting -= 1;
        this.inFlight += 1;
        waiter.resolve(this.createSlot());
        return;
      }
    }
  }

  private notify(): void {
    this.options.onChange?.(this.inFlight, this.waiting);
  }

  private notifyDrainers(): void {
    if (this.inFlight === this.abandoned) for (const resolve of this.drainers.splice(0)) resolve();
  }
}
