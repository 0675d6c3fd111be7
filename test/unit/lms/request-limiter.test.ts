import fc from 'fast-check';
import { RequestLimiter, type Slot } from '../../../src/adapters/lms/access/request-limiter';
import { createFakeClock } from '../../support/fake-clock';

const never = new AbortController().signal;
/** Contract section 1: 5 s from the moment at which a request reaches the LMS. The limiter counts from an earlier moment. */
const PROCESSING_MS = 5_000;

describe('slots', () => {
  it('frees a slot at once when its request was answered or never sent', async () => {
    const limiter = new RequestLimiter({ slots: 1, priorities: 1, clock: createFakeClock() });
    const first = await limiter.acquire(0, never);
    first.markSent();
    first.release();
    const second = await limiter.acquire(0, never);
    second.abandon();
    await expect(limiter.acquire(0, never)).resolves.toBeDefined();
  });

  it('keeps the slot of an abandoned request until five seconds after it was sent', async () => {
    const clock = createFakeClock();
    const limiter = new RequestLimiter({ slots: 1, priorities: 1, clock });
    const slot = await limiter.acquire(0, never);
    slot.markSent();
    await clock.advance(2_000);
    slot.abandon();
    let granted = false;
    void limiter.acquire(0, never).then(() => (granted = true));
    await clock.advance(PROCESSING_MS - 2_000);
    expect(granted).toBe(false);
    await clock.advance(1_000);
    expect(granted).toBe(true);
  });

  it('frees the slot at once when the request was abandoned later than the LMS can be working on it', async () => {
    const clock = createFakeClock();
    const limiter = new RequestLimiter({ slots: 1, priorities: 1, clock });
    const slot = await limiter.acquire(0, never);
    slot.markSent();
    await clock.advance(10_000);
    slot.abandon();
    await expect(limiter.acquire(0, never)).resolves.toBeDefined();
  });

  it('refuses to end a slot twice', async () => {
    const limiter = new RequestLimiter({ slots: 1, priorities: 1 });
    const slot = await limiter.acquire(0, never);
    slot.release();
    expect(() => slot.release()).toThrow('twice');
    expect(() => slot.abandon()).toThrow('twice');
  });
});

describe('waiting', () => {
  it('serves the lower number first, and in order within one priority', async () => {
    const limiter = new RequestLimiter({ slots: 1, priorities: 3 });
    const slot = await limiter.acquire(2, never);
    const served: string[] = [];
    const waiting = ['2a', '1a', '2b', '0a', '1b', '0b'].map(async (name) => {
      const own = await limiter.acquire(Number(name[0]), never);
      served.push(name);
      own.release();
    });
    slot.release();
    await Promise.all(waiting);
    expect(served).toEqual(['0a', '0b', '1a', '1b', '2a', '2b']);
  });

  it("forgets a request that stops waiting, with the signal's reason", async () => {
    const changes: [number, number][] = [];
    const onChange = (inFlight: number, waiting: number) => changes.push([inFlight, waiting]);
    const limiter = new RequestLimiter({ slots: 1, priorities: 1, onChange });
    const slot = await limiter.acquire(0, never);
    const controller = new AbortController();
    const aborted = limiter.acquire(0, controller.signal);
    const patient = limiter.acquire(0, never);
    const reason = new Error('stopped');
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    await expect(limiter.acquire(0, controller.signal)).rejects.toBe(reason);
    slot.release();
    await expect(patient).resolves.toBeDefined();
    expect(changes).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
      [1, 1],
      [1, 0],
    ]);
  });

  it('refuses every request after `refuse`, waiting ones included', async () => {
    const limiter = new RequestLimiter({ slots: 1, priorities: 2 });
    const slot = await limiter.acquire(0, never);
    const waiting = limiter.acquire(1, never);
    const refusal = new Error('closing');
    limiter.refuse(refusal);
    await expect(waiting).rejects.toBe(refusal);
    await expect(limiter.acquire(0, never)).rejects.toBe(refusal);
    expect(() => slot.release()).not.toThrow();
  });
});

describe('draining', () => {
  it('is over when no answer is awaited; `quietInMs` says how long the LMS may work on abandoned requests', async () => {
    const clock = createFakeClock();
    const limiter = new RequestLimiter({ slots: 3, priorities: 1, clock });
    await limiter.drain();
    expect(limiter.quietInMs()).toBe(0);

    const [answered, abandoned, unsent] = await Promise.all(
      [0, 0, 0].map((priority) => limiter.acquire(priority, never)),
    );
    abandoned!.markSent();
    await clock.advance(1_000);
    answered!.markSent();
    expect(limiter.quietInMs()).toBeGreaterThanOrEqual(PROCESSING_MS);
    abandoned!.abandon();
    unsent!.abandon();
    let drained = false;
    const draining = limiter.drain().then(() => (drained = true));
    await clock.advance(0);
    expect(drained).toBe(false);
    answered!.release();
    await draining;
    expect(limiter.quietInMs()).toBeGreaterThanOrEqual(PROCESSING_MS - 1_000);
    expect(limiter.quietInMs()).toBeLessThan(PROCESSING_MS);
    await clock.advance(PROCESSING_MS);
    expect(limiter.quietInMs()).toBe(0);
  });
});

describe('properties', () => {
  const request = fc.record({
    priority: fc.integer({ min: 0, max: 2 }),
    arrivesAtMs: fc.integer({ min: 0, max: 3_000 }),
    takesMs: fc.integer({ min: 1, max: 4_000 }),
    sent: fc.boolean(),
    end: fc.constantFrom('answered', 'lost', 'aborted'),
  });

  it('never lets the LMS work on more requests than slots, whatever is lost or aborted, and serves every request', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(request, { maxLength: 25 }),
        async (slots, requests) => {
          const clock = createFakeClock();
          const limiter = new RequestLimiter({ slots, priorities: 3, clock });
          let atLms = 0;
          let mostAtLms = 0;
          let over = 0;
          /** The LMS works on a request that it received, answered or not. */
          const workAtLms = (forMs: number) => {
            atLms += 1;
            mostAtLms = Math.max(mostAtLms, atLms);
            clock.after(forMs, () => (atLms -= 1));
          };
          const run = async ({ priority, takesMs, sent, end }: (typeof requests)[number]) => {
            const controller = new AbortController();
            if (end === 'aborted') clock.after(takesMs, () => controller.abort(new Error('stopped')));
            let slot: Slot;
            try {
              slot = await limiter.acquire(priority, controller.signal);
            } catch {
              over += 1;
              return;
            }
            if (sent) {
              slot.markSent();
              workAtLms(end === 'answered' ? takesMs - 0.5 : PROCESSING_MS);
            }
            clock.after(takesMs, () => {
              if (sent && end === 'answered') slot.release();
              else slot.abandon();
              over += 1;
            });
          };
          for (const each of requests) clock.after(each.arrivesAtMs, () => void run(each));
          await clock.advance(3_000 + requests.length * 10_000);
          expect(mostAtLms).toBeLessThanOrEqual(slots);
          expect(over).toBe(requests.length);
          expect(limiter.quietInMs()).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('serves in order within a priority, and passes a higher one that waits at most every fifth time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 60 }),
        async (slots, priorities) => {
          const limiter = new RequestLimiter({ slots, priorities: 3 });
          const waiting: { priority: number; number: number }[] = [];
          const overtaken: object[] = [];
          let passes = '';
          const running: Slot[] = [];
          priorities.forEach((priority, number) => {
            const entry = { priority, number };
            waiting.push(entry);
            void limiter.acquire(priority, never).then((slot) => {
              if (waiting.some((other) => other.priority === priority && other.number < number)) overtaken.push(entry);
              // The first `slots` requests find a free slot and do not wait.
              const isPassing = number >= slots && waiting.some((other) => other.priority < priority);
              passes += isPassing ? 'p' : '-';
              waiting.splice(waiting.indexOf(entry), 1);
              running.push(slot);
            });
          });
          const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
          await nextTurn();
          while (running.length > 0) {
            running.shift()!.release();
            await nextTurn();
          }
          expect(waiting).toEqual([]);
          expect(overtaken).toEqual([]);
          expect(passes).not.toMatch(/p-{0,3}p/);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('shares', () => {
  /** Keeps every class waiting: each freed slot is asked for again by its class. */
  async function servedInARow(slots: number, grants: number, classes: readonly number[]): Promise<number[]> {
    const limiter = new RequestLimiter({ slots, priorities: 3 });
    const served: number[] = [];
    const inFlight: Slot[] = [];
    const ask = (priority: number) =>
      void limiter.acquire(priority, never).then((slot) => {
        served.push(priority);
        inFlight.push(slot);
      });
    for (const priority of classes) for (let count = 0; count < grants + slots; count += 1) ask(priority);
    while (served.length < grants + slots) {
      inFlight.shift()?.release();
      await new Promise((resolve) => setImmediate(resolve));
    }
    // The first requests got the slots while all were free.
    return served.slice(slots);
  }
  const shareOf = (priority: number, served: readonly number[]) =>
    served.filter((each) => each === priority).length / served.length;

  it.each([
    [15, 3],
    [10, 2],
    [5, 1],
  ])('of %i slots keep %i for each lower class that waits', async (slots, share) => {
    const served = await servedInARow(slots, 300, [0, 1, 2]);
    for (const lower of [1, 2]) expect(shareOf(lower, served)).toBeCloseTo(share / slots, 1);
    expect(shareOf(0, served)).toBeCloseTo(0.6, 1);
  });

  it.each([1, 2, 4])('of %i slots give every fifth request to the lower class that waits longest', async (slots) => {
    const served = await servedInARow(slots, 100, [0, 1, 2]);
    expect(shareOf(0, served)).toBeCloseTo(0.8, 1);
    for (const lower of [1, 2]) expect(shareOf(lower, served)).toBeGreaterThan(0.05);
    expect(served.join('')).not.toMatch(/0{5}/);
  });

  it("are nobody else's: without a lower class the highest gets all, and without the highest the next one gets the rest", async () => {
    expect(await servedInARow(15, 50, [0])).toEqual(Array<number>(50).fill(0));
    expect(shareOf(1, await servedInARow(15, 300, [1, 2]))).toBeCloseTo(0.8, 1);
  });
});
