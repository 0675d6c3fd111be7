import type { Tree } from './tree';

/** At most this many bins for each feature, so that a bin fits into a byte. */
export const MAX_BINS = 64;
/** Gradient, hessian and number of rows. */
const SUMS = 3;
const LEAST_GAIN = 1e-6;

export interface GrowthOptions {
  maxLeaves: number;
  minRowsInLeaf: number;
  l2: number;
  learningRate: number;
  /** For each feature: +1 where a larger value is never less risk, -1 where it is never more, 0 where either may be. */
  directions: readonly (-1 | 0 | 1)[];
}

export interface GrowthData {
  /** For each feature the bin of each row. */
  bins: readonly Uint8Array[];
  /** For each feature the largest value of each bin but the last one. */
  cuts: readonly Float64Array[];
  gradients: Float64Array;
  hessians: Float64Array;
}

interface Split {
  gain: number;
  feature: number;
  bin: number;
  leftValue: number;
  rightValue: number;
}

interface Bounds {
  lower: number;
  upper: number;
}

interface Leaf {
  node: number;
  rows: Int32Array;
  bounds: Bounds;
  histogram: Float64Array;
  best: Split | undefined;
}

/**
 * Grows one tree, always at the leaf whose best split gains most. Where a feature has a direction, the values on both
 * sides of a split respect it, and bounds keep it true further down.
 * @param rows the rows that this tree sees
 * @param columns the features that this tree sees
 */
export function growTree(data: GrowthData, options: GrowthOptions, rows: Int32Array, columns: readonly number[]): Tree {
  const tree: Tree = { feature: [], threshold: [], left: [], right: [], value: [] };
  const addNode = (value: number): number => {
    tree.feature.push(-1);
    tree.threshold.push(0);
    tree.left.push(-1);
    tree.right.push(-1);
    return tree.value.push(value * options.learningRate) - 1;
  };
  const leafOf = (node: number, leafRows: Int32Array, bounds: Bounds, histogram: Float64Array): Leaf => {
    const best = bestSplit(data, options, columns, { rows: leafRows.length, bounds, histogram });
    return { node, rows: leafRows, bounds, histogram, best };
  };

  const histogram = histogramOf(data, columns, rows);
  const [gradient, hessian] = totalsOf(histogram, columns);
  const root = leafOf(
    addNode(leafValue(gradient, hessian, options.l2)),
    rows,
    { lower: -Infinity, upper: Infinity },
    histogram,
  );
  const leaves = [root];
  while (leaves.length < options.maxLeaves) {
    const leaf = leaves.reduce((most, each) => ((each.best?.gain ?? 0) > (most.best?.gain ?? 0) ? each : most));
    if (leaf.best === undefined) break;
    const { feature, bin, leftValue, rightValue } = leaf.best;
    const [left, right] = [addNode(leftValue), addNode(rightValue)];
    tree.feature[leaf.node] = feature;
    tree.threshold[leaf.node] = data.cuts[feature]![bin]!;
    tree.left[leaf.node] = left;
    tree.right[leaf.node] = right;

    const column = data.bins[feature]!;
    const leftRows = leaf.rows.filter((row) => column[row]! <= bin);
    const rightRows = leaf.rows.filter((row) => column[row]! > bin);
    // Only the smaller side is counted: the other one is what is left of the parent.
    const isLeftSmaller = leftRows.length <= rightRows.length;
    const counted = histogramOf(data, columns, isLeftSmaller ? leftRows : rightRows);
    const rest = leaf.histogram.map((sum, index) => sum - counted[index]!);
    const sides = boundsOf(leaf.bounds, (leftValue + rightValue) / 2, options.directions[feature]!);
    leaves.splice(
      leaves.indexOf(leaf),
      1,
      leafOf(left, leftRows, sides.left, isLeftSmaller ? counted : rest),
      leafOf(right, rightRows, sides.right, isLeftSmaller ? rest : counted),
    );
  }
  return tree;
}

function boundsOf(bounds: Bounds, middle: number, direction: -1 | 0 | 1): { left: Bounds; right: Bounds } {
  if (direction === 0) return { left: bounds, right: bounds };
  const below = { lower: bounds.lower, upper: middle };
  const above = { lower: middle, upper: bounds.upper };
  return direction > 0 ? { left: below, right: above } : { left: above, right: below };
}

function histogramOf(
  { bins, gradients, hessians }: GrowthData,
  columns: readonly number[],
  rows: Int32Array,
): Float64Array {
  const histogram = new Float64Array(columns.length * MAX_BINS * SUMS);
  for (let index = 0; index < columns.length; index += 1) {
    const column = bins[columns[index]!]!;
    const offset = index * MAX_BINS * SUMS;
    for (let position = 0; position < rows.length; position += 1) {
      const row = rows[position]!;
      const at = offset + column[row]! * SUMS;
      histogram[at]! += gradients[row]!;
      histogram[at + 1]! += hessians[row]!;
      histogram[at + 2]! += 1;
    }
  }
  return histogram;
}

/** Gradient and hessian of all rows: the sums over the bins of the first column. */
function totalsOf(histogram: Float64Array, columns: readonly number[]): [gradient: number, hessian: number] {
  let [gradient, hessian] = [0, 0];
  const bins = columns.length === 0 ? 0 : MAX_BINS;
  for (let bin = 0; bin < bins; bin += 1) {
    gradient += histogram[bin * SUMS]!;
    hessian += histogram[bin * SUMS + 1]!;
  }
  return [gradient, hessian];
}

function bestSplit(
  { cuts }: GrowthData,
  { l2, minRowsInLeaf, directions }: GrowthOptions,
  columns: readonly number[],
  { rows, bounds, histogram }: { rows: number; bounds: Bounds; histogram: Float64Array },
): Split | undefined {
  const clamp = (value: number) => Math.min(bounds.upper, Math.max(bounds.lower, value));
  const [totalGradient, totalHessian] = totalsOf(histogram, columns);
  const ownLoss = lossOf(totalGradient, totalHessian, clamp(leafValue(totalGradient, totalHessian, l2)), l2);
  let best: Split | undefined;
  for (let index = 0; index < columns.length; index += 1) {
    const feature = columns[index]!;
    const direction = directions[feature]!;
    let [gradient, hessian, count] = [0, 0, 0];
    for (let bin = 0; bin < cuts[feature]!.length; bin += 1) {
      const at = (index * MAX_BINS + bin) * SUMS;
      gradient += histogram[at]!;
      hessian += histogram[at + 1]!;
      count += histogram[at + 2]!;
      if (count < minRowsInLeaf) continue;
      if (rows - count < minRowsInLeaf) break;
      const [otherGradient, otherHessian] = [totalGradient - gradient, totalHessian - hessian];
      const leftValue = clamp(leafValue(gradient, hessian, l2));
      const rightValue = clamp(leafValue(otherGradient, otherHessian, l2));
      if ((rightValue - leftValue) * direction < 0) continue;
      const gain =
        ownLoss - lossOf(gradient, hessian, leftValue, l2) - lossOf(otherGradient, otherHessian, rightValue, l2);
      if (gain > (best?.gain ?? LEAST_GAIN)) best = { gain, feature, bin, leftValue, rightValue };
    }
  }
  return best;
}

function leafValue(gradient: number, hessian: number, l2: number): number {
  return -gradient / (hessian + l2);
}

/** The loss to the second order, up to a constant, when a leaf of these sums answers `value`. */
function lossOf(gradient: number, hessian: number, value: number, l2: number): number {
  return 2 * gradient * value + (hessian + l2) * value * value;
}
