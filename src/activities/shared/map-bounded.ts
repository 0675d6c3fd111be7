/**
 * Maps with at most `width` open calls; results are in the items' order. After a failure no further call begins. Open
 * calls are awaited, not aborted: an abandoned request keeps its slot at the LMS for seconds.
 * @throws the first failure, after all open calls have ended
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
