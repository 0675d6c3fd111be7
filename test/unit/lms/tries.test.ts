import { lmsFailure } from '../../../src/adapters/lms/lms-failure';
import { CoolDowns } from '../../../src/adapters/lms/access/cool-downs';
import { FailedTry, withTries, type TryPolicy } from '../../../src/adapters/lms/access/tries';
import { createFakeClock } from '../../support/fake-clock';

const policy: TryPolicy = { tries: 4, backoffMs: 100, backoffMostMs: 300, retryAfterMostMs: 10_000 };
const subject = { operation: 'listTasks', skId: 'SK001' };
const unavailable = (retryAfterMs?: number) =>
  new FailedTry(lmsFailure(subject, 'LMS_UNAVAILABLE', 'answered 503', retryAfterMs));

function harness(attempt: (number: number) => string) {
  const clock = createFakeClock();
  const startedAtMs: number[] = [];
  const outcomes: string[] = [];
  const stop = new AbortController();
  let end: { result: unknown } | { error: unknown } | undefined;
  const options = {
    ...{ policy, clock, subject: 'SK001 listTasks', signals: [stop.signal] },
    coolDowns: new CoolDowns(clock),
    count: (outcome: string) => outcomes.push(outcome),
  };
  withTries(options, async () => {
    startedAtMs.push(clock.nowMs());
    return attempt(startedAtMs.length);
  }).then(
    (result) => (end = { result }),
    (error: unknown) => (end = { error }),
  );
  return { clock, startedAtMs, outcomes, stop, end: () => end };
}

it('tries again until it succeeds, each pause at most twice the one before and bounded', async () => {
  const run = harness((number) => {
    if (number < 4) throw unavailable();
    return 'done';
  });
  await run.clock.advance(100 + 200 + 300);
  expect(run.end()).toEqual({ result: 'done' });
  expect(run.outcomes).toEqual(['retry', 'retry', 'retry', 'ok']);
  const pauses = run.startedAtMs.slice(1).map((atMs, index) => atMs - run.startedAtMs[index]!);
  [100, 200, 300].forEach((mostMs, index) => expect(pauses[index]).toBeLessThanOrEqual(mostMs));
});

it('throws the failure of the last try', async () => {
  const run = harness((number) => {
    throw number < 4 ? unavailable() : new FailedTry(lmsFailure(subject, 'LMS_RATE_LIMITED', 'answered 429'));
  });
  await run.clock.advance(10_000);
  expect(run.end()).toMatchObject({ error: { code: 'LMS_RATE_LIMITED' } });
  expect(run.outcomes).toEqual(['retry', 'retry', 'retry', 'failed']);
});

it('waits as long as the LMS asks for', async () => {
  const run = harness((number) => {
    if (number === 1) throw unavailable(9_000);
    return 'done';
  });
  await run.clock.advance(8_999);
  expect(run.startedAtMs).toHaveLength(1);
  await run.clock.advance(200);
  expect(run.end()).toEqual({ result: 'done' });
});

it('ends the tries at a long wait, and begins a cool-down with it', async () => {
  const run = harness(() => {
    throw unavailable(10_001);
  });
  await run.clock.advance(60_000);
  expect(run.startedAtMs).toHaveLength(1);
  expect(run.end()).toMatchObject({ error: { code: 'LMS_UNAVAILABLE', retryAfterMs: 10_001 } });
});

it.each([
  ['a failure that is the last', new FailedTry(lmsFailure(subject, 'LMS_REJECTED', 'answered 400'), true), ['failed']],
  ["an error that is not the LMS's", new Error('a bug'), []],
])('ends at once after %s', async (_what, error, outcomes) => {
  const run = harness(() => {
    throw error;
  });
  await run.clock.advance(60_000);
  expect(run.startedAtMs).toHaveLength(1);
  expect(run.end()).toEqual({ error: error instanceof FailedTry ? error.failure : error });
  expect(run.outcomes).toEqual(outcomes);
});

it('ends a pause when one of the signals aborts', async () => {
  const run = harness((number) => {
    if (number === 1) throw unavailable(9_000);
    return 'checked the signal';
  });
  await run.clock.advance(10);
  run.stop.abort();
  await run.clock.advance(0);
  expect(run.end()).toEqual({ result: 'checked the signal' });
});
