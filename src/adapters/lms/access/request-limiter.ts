import { monotonicClock, type MonotonicClock } from '../../shared/monotonic-clock';
import { onAbort } from '../../shared/on-abort';

/** Contract section 1: a request is processed for at most 5 s and counts as in flight until then, also when its caller hung up. */
const LMS_PROCESSING_MS = 5_000;
/** For the way of the request to the LMS. */
const TRAVEL_MARGIN_MS = 250;

/** The right to have one request at the LMS. Exactly one of `release` and `abandon` ends it. */
export interface Slot {
  /** From here on the LMS may be working on the request. */
  markSent(): void;
  /** The LMS has answered whole. */
  release(): void;
  /** There will be no whole answer: what was sent keeps its slot until the LMS is surely done, what was not frees it at once. */
  abandon(): void;
}

/** Bounds how many requests the LMS can be working on, and decides whose turn it is. */
export interface RequestLimiter {
  /**
   * Waits for a slot: the lowest priority number first, first come first served within it.
   * @throws the signal's reason, or what `refuse` was given
   */
  acquire(priority: number, signal: AbortSignal): Promise<Slot>;
  /** From now on every call of `acquire`, waiting ones included, fails with this error. */
  refuse(error: Error): void;
  /** Resolves when no request waits for its answer; abandoned ones may still keep slots. */
  drain(): Promise<void>;
  /** Milliseconds until the LMS is surely done with all that was sent, even if nothing more is awaited; 0 when it is. */
  quietInMs(): number;
}

export interface RequestLimiterOptions {
  slots: number;
  /** Priorities run from 0 to `priorities - 1`. */
  priorities: number;
  /** Told after every change; abandoned requests are in flight until their slots are free. */
  onChange?: (inFlight: number, waiting: number) => void;
  clock?: MonotonicClock;
}

interface Waiter {
  resolve(slot: Slot): void;
  reject(reason: unknown): void;
}

export function createRequestLimiter(options: RequestLimiterOptions): RequestLimiter {
  const { slots, priorities, onChange, clock = monotonicClock } = options;
  // A Set keeps its order and forgets an aborted waiter wherever it stands.
  const queues = Array.from({ length: priorities }, () => new Set<Waiter>());
  /** When the LMS is surely done with a slot's request, for each slot whose request was sent. */
  const surelyDoneAtMs = new Map<Slot, number>();
  const drainers: (() => void)[] = [];
  let inFlight = 0;
  let abandoned = 0;
  let waiting = 0;
  let refusal: Error | undefined;

  const report = () => onChange?.(inFlight, waiting);
  const settleDrains = () => {
    if (inFlight === abandoned) for (const resolve of drainers.splice(0)) resolve();
  };

  const free = (slot: Slot) => {
    surelyDoneAtMs.delete(slot);
    inFlight -= 1;
    grantNext();
    report();
    settleDrains();
  };

  const createSlot = (): Slot => {
    let ended = false;
    const end = () => {
      if (ended) throw new Error('A slot of the request limiter ended twice.');
      ended = true;
    };
    const slot: Slot = {
      markSent() {
        surelyDoneAtMs.set(slot, clock.nowMs() + LMS_PROCESSING_MS + TRAVEL_MARGIN_MS);
      },
      release() {
        end();
        free(slot);
      },
      abandon() {
        end();
        const untilMs = surelyDoneAtMs.get(slot);
        if (untilMs === undefined) return free(slot);
        abandoned += 1;
        keepUntil(slot, untilMs);
        settleDrains();
      },
    };
    return slot;
  };

  /** A timer may be early by less than a millisecond: the slot is not. */
  const keepUntil = (slot: Slot, untilMs: number) => {
    const remainingMs = untilMs - clock.nowMs();
    if (remainingMs > 0) {
      clock.afterIfAlive(Math.ceil(remainingMs), () => keepUntil(slot, untilMs));
      return;
    }
    abandoned -= 1;
    free(slot);
  };

  const grantNext = () => {
    if (inFlight >= slots || waiting === 0) return;
    for (const queue of queues) {
      for (const waiter of queue) {
        queue.delete(waiter);
        waiting -= 1;
        inFlight += 1;
        waiter.resolve(createSlot());
        return;
      }
    }
  };

  return {
    async acquire(priority, signal) {
      const queue = queues[priority];
      if (queue === undefined) throw new RangeError(`There is no priority ${priority}.`);
      signal.throwIfAborted();
      if (refusal !== undefined) throw refusal;
      if (inFlight < slots) {
        inFlight += 1;
        report();
        return createSlot();
      }
      return new Promise<Slot>((resolve, reject) => {
        const waiter: Waiter = {
          resolve(slot) {
            stopListening();
            resolve(slot);
          },
          reject(reason) {
            stopListening();
            queue.delete(waiter);
            waiting -= 1;
            report();
            reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
          },
        };
        const stopListening = onAbort(signal, () => waiter.reject(signal.reason));
        queue.add(waiter);
        waiting += 1;
        report();
      });
    },
    refuse(error) {
      refusal = error;
      for (const queue of queues) for (const waiter of queue) waiter.reject(error);
    },
    drain: () => (inFlight === abandoned ? Promise.resolve() : new Promise<void>((resolve) => drainers.push(resolve))),
    quietInMs() {
      const nowMs = clock.nowMs();
      return [...surelyDoneAtMs.values()].reduce((longestMs, untilMs) => Math.max(longestMs, untilMs - nowMs), 0);
    },
  };
}
