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
  /** The step at which its wait began. */
  since: number;
  resolve(slot: Slot): void;
  reject(reason: unknown): void;
}

/** Requests of one priority. */
interface RequestClass {
  /** A Set keeps its order, and an aborted waiter leaves it in constant time. */
  waiters: Set<Waiter>;
  /** Abandoned ones included. */
  inFlight: number;
  /** The step at which it got its newest slot. */
  grantedAt: number;
}

/** The share of a lower class that waits: so many of the slots, or every so many-th request. */
const SHARE = 5;

/** Bounds how many requests the LMS can be working on, and decides which waiting request is next. */
export class RequestLimiter {
  private readonly clock: MonotonicClock;
  /** By priority. */
  private readonly classes: readonly RequestClass[];
  /** Requests that got a slot since a lower class got one. */
  private grantsOfHighest = 0;
  /** Counts waits and slots, as a clock without ties. */
  private step = 0;
  /** Slots whose request was sent, each with the time at which the LMS is surely done with it. */
  private readonly doneAtMs = new Map<Slot, number>();
  private readonly drainers: (() => void)[] = [];
  private inFlight = 0;
  private abandoned = 0;
  private waiting = 0;
  private refusal: Error | undefined;

  constructor(private readonly options: RequestLimiterOptions) {
    this.clock = options.clock ?? monotonicClock;
    this.classes = Array.from({ length: options.priorities }, () => ({
      waiters: new Set<Waiter>(),
      inFlight: 0,
      grantedAt: 0,
    }));
  }

  /**
   * Waits for a slot. The lowest priority number comes first, but each lower class that waits keeps a fifth of the slots;
   * of fewer than five slots every fifth request is that of the lower class that waits longest. Within a class the longest
   * waiting request comes first.
   * @throws the signal's reason, or the error of `refuse`
   */
  async acquire(priority: number, signal: AbortSignal): Promise<Slot> {
    const requestClass = this.classes[priority];
    if (requestClass === undefined) throw new RangeError(`There is no priority ${priority}.`);
    signal.throwIfAborted();
    if (this.refusal !== undefined) throw this.refusal;
    if (this.inFlight < this.options.slots) {
      const slot = this.createSlot(requestClass);
      this.notify();
      return slot;
    }
    return this.wait(requestClass, signal);
  }

  /** Makes every call of `acquire` fail with this error from now on, and those that wait already. */
  refuse(error: Error): void {
    this.refusal = error;
    for (const { waiters } of this.classes) for (const waiter of waiters) waiter.reject(error);
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

  private wait({ waiters }: RequestClass, signal: AbortSignal): Promise<Slot> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        since: (this.step += 1),
        resolve(slot) {
          stopListening();
          resolve(slot);
        },
        reject: (reason) => {
          stopListening();
          waiters.delete(waiter);
          this.waiting -= 1;
          this.notify();
          reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
        },
      };
      const stopListening = onAbort(signal, () => waiter.reject(signal.reason));
      waiters.add(waiter);
      this.waiting += 1;
      this.notify();
    });
  }

  private createSlot(requestClass: RequestClass): Slot {
    requestClass.inFlight += 1;
    requestClass.grantedAt = this.step += 1;
    this.inFlight += 1;
    let isEnded = false;
    const end = () => {
      if (isEnded) throw new Error('A slot of the request limiter ended twice.');
      isEnded = true;
    };
    const free = () => {
      requestClass.inFlight -= 1;
      this.free(slot);
    };
    const slot: Slot = {
      markSent: () => {
        this.doneAtMs.set(slot, this.clock.nowMs() + LMS_PROCESSING_MS + TRAVEL_MARGIN_MS);
      },
      release: () => {
        end();
        free();
      },
      abandon: () => {
        end();
        const doneAtMs = this.doneAtMs.get(slot);
        if (doneAtMs === undefined) return free();
        this.abandoned += 1;
        this.freeAt(doneAtMs, free);
        this.notifyDrainers();
      },
    };
    return slot;
  }

  /** Frees an abandoned slot, never early: a timer may fire up to a millisecond too soon. */
  private freeAt(doneAtMs: number, free: () => void): void {
    const remainingMs = doneAtMs - this.clock.nowMs();
    if (remainingMs > 0) {
      this.clock.afterIfAlive(Math.ceil(remainingMs), () => this.freeAt(doneAtMs, free));
      return;
    }
    this.abandoned -= 1;
    free();
  }

  private free(slot: Slot): void {
    this.doneAtMs.delete(slot);
    this.inFlight -= 1;
    this.grantNext();
    this.notify();
    this.notifyDrainers();
  }

  private grantNext(): void {
    if (this.inFlight >= this.options.slots) return;
    const [highest, ...lower] = this.classes.filter(({ waiters }) => waiters.size > 0);
    if (highest === undefined) return;
    const next = this.longestWaiting(lower.filter((each) => this.isBelowShare(each))) ?? highest;
    this.grantsOfHighest = next === highest ? this.grantsOfHighest + 1 : 0;
    const waiter = firstOf(next);
    if (waiter === undefined) return;
    next.waiters.delete(waiter);
    this.waiting -= 1;
    waiter.resolve(this.createSlot(next));
  }

  private isBelowShare({ inFlight }: RequestClass): boolean {
    const share = Math.floor(this.options.slots / SHARE);
    return share === 0 ? this.grantsOfHighest >= SHARE - 1 : inFlight < share;
  }

  private longestWaiting(classes: readonly RequestClass[]): RequestClass | undefined {
    const since = (each: RequestClass) => Math.max(each.grantedAt, firstOf(each)?.since ?? 0);
    return classes.toSorted((one, other) => since(one) - since(other))[0];
  }

  private notify(): void {
    this.options.onChange?.(this.inFlight, this.waiting);
  }

  private notifyDrainers(): void {
    if (this.inFlight === this.abandoned) for (const resolve of this.drainers.splice(0)) resolve();
  }
}

function firstOf({ waiters }: RequestClass): Waiter | undefined {
  const [first] = waiters;
  return first;
}
