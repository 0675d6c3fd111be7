import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createStallTimeout } from '../../../src/activities/shared/stall-timeout';
import { onAbort } from '../../../src/adapters/shared/on-abort';
import { withDeadline } from '../../../src/adapters/shared/with-deadline';

const CHECKS = 3_000;
const CLOSURE_BYTES = 10_000;

/** Bytes in use after a full garbage collection. */
async function heapBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

/** One check of a cohort: its requests listen to the signal, and their closures hold a large answer. */
async function check(signal: AbortSignal): Promise<void> {
  const answer = Array.from({ length: CLOSURE_BYTES / 8 }, (_, index) => index);
  const stopListening = onAbort(signal, () => answer.reverse());
  await Promise.resolve();
  stopListening();
}

it.each([
  [
    'a check with a stall timeout',
    (tick: AbortSignal) => {
      const stallTimeout = createStallTimeout({ stallMs: 20_000, totalMs: 150_000 });
      return stallTimeout.run('SK001', tick, check);
    },
  ],
  ['a call with a deadline', (tick: AbortSignal) => withDeadline(tick, 20_000, check)],
])('frees all memory of %s after its end, while the outer signal lives on', async (_name, run) => {
  const worker = new AbortController();
  for (let count = 0; count < 200; count += 1) await run(worker.signal);
  const before = await heapBytes();
  for (let count = 0; count < CHECKS; count += 1) await run(worker.signal);
  expect((await heapBytes()) - before).toBeLessThan(CHECKS * 300);
  expect(worker.signal.aborted).toBe(false);
});
