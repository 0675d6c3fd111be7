import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCheckPatience } from '../../../src/activities/inquiries/stall-timeout';
import { onAbort } from '../../../src/adapters/shared/on-abort';
import { withDeadline } from '../../../src/adapters/shared/with-deadline';

const CHECKS = 3_000;
const CLOSURE_BYTES = 10_000;

/** Bytes in use after everything unreachable was collected. */
async function heapBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

/** One check of a cohort, as a tick makes it: its requests listen to the signal, and what they hold is large. */
async function check(signal: AbortSignal): Promise<void> {
  const answer = Array.from({ length: CLOSURE_BYTES / 8 }, (_, index) => index);
  const stopListening = onAbort(signal, () => answer.reverse());
  await Promise.resolve();
  stopListening();
}

it.each([
  [
    'a check with patience',
    (tick: AbortSignal) => {
      const patience = createCheckPatience({ silenceMs: 20_000, longestMs: 150_000 });
      return patience.during('SK001', tick, check);
    },
  ],
  ['a call with a deadline', (tick: AbortSignal) => withDeadline(tick, 20_000, check)],
])('keeps nothing of %s that has ended, though the signal above it lives on', async (_name, run) => {
  const worker = new AbortController();
  for (let count = 0; count < 200; count += 1) await run(worker.signal);
  const before = await heapBytes();
  for (let count = 0; count < CHECKS; count += 1) await run(worker.signal);
  expect((await heapBytes()) - before).toBeLessThan(CHECKS * 300);
  expect(worker.signal.aborted).toBe(false);
});
