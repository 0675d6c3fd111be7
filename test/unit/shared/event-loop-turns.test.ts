import { ownTurn } from '../../../src/adapters/shared/event-loop-turns';

it('lets callers have their turns in the order in which they asked, and sockets be served between two of them', async () => {
  const seen: string[] = [];
  const callers = ['first', 'second', 'third'].map(async (name) => {
    await ownTurn();
    seen.push(name);
    // Whatever happens in a turn is done before the next one, like an answer that comes in meanwhile.
    setImmediate(() => seen.push(`after ${name}`));
  });
  await Promise.all(callers);
  expect(seen).toEqual(['first', 'second', 'after first', 'third']);
});

it('forgets nobody who asks within a turn', async () => {
  const seen: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    await ownTurn();
    seen.push(turn);
  }
  expect(seen).toEqual([0, 1, 2]);
});
