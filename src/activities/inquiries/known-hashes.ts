/** Entry hashes whose rows the database is known to hold. They save queries only: the unique key decides (decision 0002). */
export interface KnownHashes {
  /** Also marks the hash as used now. */
  has(hash: string): boolean;
  /** @param generation the database's, read before the row was: a row that was seen before a failover may be gone */
  add(hash: string, generation: number): void;
}

/**
 * Keeps the `capacity` hashes that were used last, and forgets them all when the database's generation changes.
 * @param generation see `Database.generation`
 */
export function createKnownHashes(capacity: number, generation: () => number): KnownHashes {
  // A Map keeps the order of insertion: the hash that was used last is at its end.
  const hashes = new Map<string, true>();
  let known = generation();
  const forgetIfChanged = () => {
    const current = generation();
    if (current !== known) hashes.clear();
    known = current;
  };
  const putLast = (hash: string) => {
    hashes.delete(hash);
    hashes.set(hash, true);
  };
  return {
    has(hash) {
      forgetIfChanged();
      const isKnown = hashes.has(hash);
      if (isKnown) putLast(hash);
      return isKnown;
    },
    add(hash, seenIn) {
      forgetIfChanged();
      if (seenIn !== known) return;
      putLast(hash);
      if (hashes.size <= capacity) return;
      const { value: leastRecent } = hashes.keys().next();
      if (leastRecent !== undefined) hashes.delete(leastRecent);
    },
  };
}
