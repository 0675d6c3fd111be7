import { yieldToEventLoop } from '../../../src/adapters/shared/yield-to-event-loop';

it('resolves callers in the order of their calls, one in each turn of the event loop', async () => {
  const seen: string[] = [];
  const callers = ['first', 'second', 'third'].map(async (name) => {
    await yieldToEventLoop();
    seen.push(name);
    // Stands for an answer that arrives meanwhile: it is handled before the caller after the next one.
    setImmediate(() => seen.push(`after ${name}`));
  });
  await Promise.all(callers);
  expect(seen).toEqual(['first', 'second', 'after first', 'third']);
});

it('resolves a caller that calls again in its own turn', async () => {
  const seen: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    await yieldToEventLoop();
    seen.push(turn);
  }
  expect(seen).toEqual([0, 1, 2]);
});
