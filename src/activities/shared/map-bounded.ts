/**
 * Maps with at most `width` calls outstanding, results in the items' order. After a failure no further call begins, and
 * those that are outstanding are awaited, not aborted: a request that is given up would keep its slot at the LMS for seconds.
 * @throws the first failure, when everything outstanding has ended
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  width: number,
  call: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  const pending = items.entries();
  const lane = async () => {
    for (const [index, item] of pending) {
      if (failures.length > 0) return;
      try {
        results[index] = await call(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
