export interface Measurement {
  name: string;
  /** In the unit that `text` shows; compared with `limit`. */
  value: number;
  /** The most that it may be; undefined when it is told for information alone. */
  limit?: number;
  /** The least that it may be. */
  atLeast?: number;
  unit: string;
  /** What the figure was made of. */
  detail: string;
}

/** Prints measurements as they come, and remembers whether one was beyond its limit. */
export interface Report {
  add(measurement: Measurement): void;
  allWithin(): boolean;
}

export function createReport(print: (line: string) => void): Report {
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
