export interface LruSet {
  /** Also marks the value as used now. */
  has(value: string): boolean;
  add(value: string): void;
}

/** Keeps the `capacity` values that were used last. */
export function createLruSet(capacity: number): LruSet {
  // A Map keeps the order of insertion: the value that was used last is at its end.
  const values = new Map<string, true>();
  const putLast = (value: string) => {
    values.delete(value);
    values.set(value, true);
  };
  return {
    has(value) {
      const isKnown = values.has(value);
      if (isKnown) putLast(value);
      return isKnown;
    },
    add(value) {
      putLast(value);
      if (values.size <= capacity) return;
      const { value: leastRecent } = values.keys().next();
      if (leastRecent !== undefined) values.delete(leastRecent);
    },
  };
}
