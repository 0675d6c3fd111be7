import { createCheckPatience } from '../../../src/activities/inquiries/stall-timeout';

const NEVER = new AbortController().signal;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A check that the LMS keeps waiting until its signal aborts; it brings something every `progressEveryMs`. */
function waitingCheck(progressEveryMs?: number) {
  return (signal: AbortSignal, onProgress: () => void) =>
    new Promise<never>((_resolve, reject) => {
      const timer = progressEveryMs === undefined ? undefined : setInterval(onProgress, progressEveryMs);
      signal.addEventListener('abort', () => {
        clearInterval(timer);
        reject(signal.reason as Error);
      });
    });
}

async function outcomeAfter(promise: Promise<unknown>, ms: number): Promise<unknown> {
  let outcome: unknown = 'waits';
  promise.then(
    (value) => (outcome = value),
    (error: unknown) => (outcome = error),
  );
  await jest.advanceTimersByTimeAsync(ms);
  return outcome;
}

it('gives up a check to which nothing comes, and names the cohort', async () => {
  const patience = createCheckPatience({ silenceMs: 20_000, longestMs: 150_000 });
  const check = patience.during('SK001', NEVER, waitingCheck());
  expect(await outcomeAfter(check, 19_999)).toBe('waits');
  expect(await outcomeAfter(check, 1)).toMatchObject({
    code: 'LMS_UNAVAILABLE',
    message: expect.stringMatching(/SK001.* 20 s/) as unknown,
  });
});

it('lets a check go on that the LMS answers page by page, but not for ever', async () => {
  const patience = createCheckPatience({ silenceMs: 20_000, longestMs: 150_000 });
  const check = patience.during('SK001', NEVER, waitingCheck(15_000));
  expect(await outcomeAfter(check, 149_999)).toBe('waits');
  expect(await outcomeAfter(check, 1)).toMatchObject({ message: expect.stringContaining(' 150 s') as unknown });
});

it('gives nobody up who queues while the LMS answers others', async () => {
  const patience = createCheckPatience({ silenceMs: 20_000, longestMs: 150_000 });
  const others = patience.during('SK001', NEVER, waitingCheck(5_000)).catch(() => undefined);
  const queued = patience.during('SK002', NEVER, waitingCheck());
  expect(await outcomeAfter(queued, 100_000)).toBe('waits');
  expect(await outcomeAfter(queued, 50_000)).toMatchObject({ code: 'LMS_UNAVAILABLE' });
  await others;
});

it('counts a silence from the beginning of a check, however long ago the last answer was', async () => {
  const patience = createCheckPatience({ silenceMs: 20_000, longestMs: 150_000 });
  await patience.during('SK001', NEVER, (_signal, onProgress) => Promise.resolve(onProgress()));
  await jest.advanceTimersByTimeAsync(60_000);
  const next = patience.during('SK001', NEVER, waitingCheck());
  expect(await outcomeAfter(next, 19_999)).toBe('waits');
  expect(await outcomeAfter(next, 1)).toMatchObject({ code: 'LMS_UNAVAILABLE' });
});

it('passes on what came, and a cancellation with its reason', async () => {
  const patience = createCheckPatience({ silenceMs: 20_000, longestMs: 150_000 });
  expect(await patience.during('SK001', NEVER, () => Promise.resolve(7))).toBe(7);
  const cancelled = new AbortController();
  const check = patience.during('SK001', cancelled.signal, waitingCheck());
  cancelled.abort(new Error('the worker stops'));
  await expect(check).rejects.toThrow('the worker stops');
  expect(jest.getTimerCount()).toBe(0);
});
