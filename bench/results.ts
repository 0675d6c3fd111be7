export interface Measurement {
  name: string;
  /** In `unit`. */
  value: number;
  /** The highest allowed value. Without `limit` and `atLeast` the value is only printed. */
  limit?: number;
  /** The lowest allowed value. */
  atLeast?: number;
  unit: string;
  /** The figures behind the value. */
  detail: string;
}

/** Prints measurements, and keeps whether one was beyond its limit. */
export interface Results {
  add(measurement: Measurement): void;
  allWithin(): boolean;
}

export function createResults(print: (line: string) => void): Results {
  let within = true;
  return {
    add({ name, value, limit, atLeast, unit, detail }) {
      const fulfilled = (limit === undefined || value <= limit) && (atLeast === undefined || value >= atLeast);
      within &&= fulfilled;
      const bound = limit === undefined ? (atLeast === undefined ? '' : `at least ${atLeast}`) : `at most ${limit}`;
      const verdict = bound === '' ? '    ' : fulfilled ? 'ok  ' : 'OVER';
      print(
        `${verdict} ${name.padEnd(58)} ${value.toFixed(2).padStart(8)} ${unit.padEnd(6)} ${bound.padEnd(14)} ${detail}`,
      );
    },
    allWithin: () => within,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value below which `share` (0 to 1) of all values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
