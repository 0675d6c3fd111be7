/** Hashes of inquiries that the database is known to hold. */
export interface SeenEntries {
  has(hash: string): boolean;
  add(hash: string): void;
}

/**
 * Remembers the `capacity` hashes that were used last. It saves queries alone: what it forgot is asked of the
 * database, and the unique key decides.
 */
export function createSeenEntries(capacity: number): SeenEntries {
  // A Map keeps the order of insertion: what is used is put last, and the first is the one to forget.
  const hashes = new Map<string, true>();
  const put = (hash: string) => {
    hashes.delete(hash);
    hashes.set(hash, true);
  };
  return {
    has(hash) {
      const known = hashes.has(hash);
      if (known) put(hash);
      return known;
    },
    add(hash) {
      put(hash);
      if (hashes.size <= capacity) return;
      const { value: oldest } = hashes.keys().next();
      if (oldest !== undefined) hashes.delete(oldest);
    },
  };
}
