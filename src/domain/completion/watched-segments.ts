/*
 * Parts of a video as a union: sorted, disjoint segments `[from, to)` that do not touch, in whole milliseconds of the
 * video's time (decision 0010). The tracker bundles this file, so it has no dependencies.
 */

export type Segment = readonly [from: number, to: number];

/** The union of any segments. Empty and reversed segments disappear. */
export function unionOf(segments: readonly Segment[]): Segment[] {
  const sorted = segments.filter(([from, to]) => from < to).sort((a, b) => a[0] - b[0]);
  const union: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = union.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else union.push([from, to]);
  }
  return union;
}

/** The length of a union in milliseconds. */
export function lengthOf(union: readonly Segment[]): number {
  return union.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** The part of a union that lies in `[0, endMs)`. */
export function withinVideo(union: readonly Segment[], endMs: number): Segment[] {
  return union.map(([from, to]): Segment => [Math.max(from, 0), Math.min(to, endMs)]).filter(([from, to]) => from < to);
}

/** The parts of the union `from` that are not in the union `taken`. */
export function difference(from: readonly Segment[], taken: readonly Segment[]): Segment[] {
  const rest: Segment[] = [];
  let index = 0;
  for (const [start, end] of from) {
    let position = start;
    // A taken segment that ends before this one begins also ends before all later ones.
    while (index < taken.length && taken[index]![1] <= start) index += 1;
    for (let next = index; next < taken.length && taken[next]![0] < end; next += 1) {
      const [takenFrom, takenTo] = taken[next]!;
      if (takenFrom > position) rest.push([position, takenFrom]);
      position = Math.max(position, takenTo);
    }
    if (position < end) rest.push([position, end]);
  }
  return rest;
}

/** The earliest `milliseconds` of a union, in the video's order. */
export function earliest(union: readonly Segment[], milliseconds: number): Segment[] {
  const taken: Segment[] = [];
  let left = milliseconds;
  for (const [from, to] of union) {
    if (left <= 0) break;
    const end = Math.min(to, from + left);
    taken.push([from, end]);
    left -= end - from;
  }
  return taken;
}
