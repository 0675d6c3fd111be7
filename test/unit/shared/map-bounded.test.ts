import { mapBounded } from '../../../src/activities/shared/map-bounded';

/** Calls that end when the test says so. */
function controlledCalls() {
  const open = new Map<number, { resolve(value: string): void; reject(error: Error): void }>();
  let most = 0;
  return {
    open,
    most: () => most,
    call: (item: number) =>
      new Promise<string>((resolve, reject) => {
        open.set(item, { resolve, reject });
        most = Math.max(most, open.size);
      }).finally(() => open.delete(item)),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('keeps at most the width outstanding and answers in the order of the items', async () => {
  const calls = controlledCalls();
  const items = [0, 1, 2, 3, 4, 5, 6];
  const mapped = mapBounded(items, 3, calls.call);
  while (calls.open.size > 0) {
    const [item, ended] = [...calls.open].at(-1)!;
    ended.resolve(`r${item}`);
    await turn();
  }
  expect(await mapped).toEqual(items.map((item) => `r${item}`));
  expect(calls.most()).toBe(3);
});

it('begins nothing more after a failure, and waits for what is outstanding', async () => {
  const calls = controlledCalls();
  const mapped = mapBounded([0, 1, 2, 3, 4], 3, calls.call);
  let settled = false;
  const outcome = mapped.then(
    () => 'resolved',
    (error: Error) => error.message,
  );
  void outcome.then(() => (settled = true));
  calls.open.get(1)!.reject(new Error('first'));
  await turn();
  expect([...calls.open.keys()]).toEqual([0, 2]);
  calls.open.get(0)!.reject(new Error('second'));
  await turn();
  expect(settled).toBe(false);
  calls.open.get(2)!.resolve('late');
  expect(await outcome).toBe('first');
  expect(calls.open.size).toBe(0);
});

it('maps nothing to nothing', async () => {
  expect(await mapBounded([], 3, () => Promise.reject(new Error('never called')))).toEqual([]);
});
