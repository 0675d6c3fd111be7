import { createStallTimeout } from '../../../src/activities/shared/stall-timeout';

const NEVER = new AbortController().signal;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A check that waits until its signal aborts. It reports progress every `progressEveryMs`. */
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

it('aborts a check without any answer, and names the cohort', async () => {
  const stallTimeout = createStallTimeout({ stallMs: 20_000, totalMs: 150_000 });
  const check = stallTimeout.run('SK001', NEVER, waitingCheck());
  expect(await outcomeAfter(check, 19_999)).toBe('waits');
  expect(await outcomeAfter(check, 1)).toMatchObject({
    code: 'LMS_UNAVAILABLE',
    message: expect.stringMatching(/SK001.* 20 s/) as unknown,
  });
});

it('lets a check continue while the LMS answers, up to the total', async () => {
  const stallTimeout = createStallTimeout({ stallMs: 20_000, totalMs: 150_000 });
  const check = stallTimeout.run('SK001', NEVER, waitingCheck(15_000));
  expect(await outcomeAfter(check, 149_999)).toBe('waits');
  expect(await outcomeAfter(check, 1)).toMatchObject({ message: expect.stringContaining(' 150 s') as unknown });
});

it('aborts no queued check while the LMS answers others', async () => {
  const stallTimeout = createStallTimeout({ stallMs: 20_000, totalMs: 150_000 });
  const others = stallTimeout.run('SK001', NEVER, waitingCheck(5_000)).catch(() => undefined);
  const queued = stallTimeout.run('SK002', NEVER, waitingCheck());
  expect(await outcomeAfter(queued, 100_000)).toBe('waits');
  expect(await outcomeAfter(queued, 50_000)).toMatchObject({ code: 'LMS_UNAVAILABLE' });
  await others;
});

it('counts a stall from the start of a check at the earliest', async () => {
  const stallTimeout = createStallTimeout({ stallMs: 20_000, totalMs: 150_000 });
  await stallTimeout.run('SK001', NEVER, (_signal, onProgress) => Promise.resolve(onProgress()));
  await jest.advanceTimersByTimeAsync(60_000);
  const next = stallTimeout.run('SK001', NEVER, waitingCheck());
  expect(await outcomeAfter(next, 19_999)).toBe('waits');
  expect(await outcomeAfter(next, 1)).toMatchObject({ code: 'LMS_UNAVAILABLE' });
});

it('passes on the result, and a cancellation with its reason', async () => {
  const stallTimeout = createStallTimeout({ stallMs: 20_000, totalMs: 150_000 });
  expect(await stallTimeout.run('SK001', NEVER, () => Promise.resolve(7))).toBe(7);
  const cancelled = new AbortController();
  const check = stallTimeout.run('SK001', cancelled.signal, waitingCheck());
  cancelled.abort(new Error('the worker stops'));
  await expect(check).rejects.toThrow('the worker stops');
  expect(jest.getTimerCount()).toBe(0);
});
