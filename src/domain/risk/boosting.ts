import { seededRandom } from './seeded-random';
import { boostedScore, probabilityOf, treeScore, type BoostedTrees } from './tree';
import { growTree, MAX_BINS, type GrowthOptions } from './tree-growth';

/** Rows of features, each with its label: 1 where the outcome came. */
export interface LabelledRows {
  features: readonly Float64Array[];
  labels: Uint8Array;
}

export interface BoostingOptions extends GrowthOptions {
  trees: number;
  /** The share of the rows, and of the features, that each tree sees. */
  rowShare: number;
  featureShare: number;
  seed: number;
}

/**
 * Gradient boosting of a yes-or-no outcome: histograms, logistic loss, trees grown at the best leaf. The same rows and the
 * same seed give the same trees to the last bit. Without any row, or with one outcome alone, there is nothing to learn and
 * the trees stay leaves.
 */
export function trainBoosting({ features, labels }: LabelledRows, options: BoostingOptions): BoostedTrees {
  const rows = labels.length;
  const cuts = options.directions.map((_, feature) => cutPoints(features, feature));
  const bins = cuts.map((cut, feature) => Uint8Array.from(features, (row) => binOf(cut, row[feature]!)));
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const base = Math.log((positives + 0.5) / (rows - positives + 0.5));
  const random = seededRandom(options.seed);
  const scores = new Float64Array(rows).fill(base);
  const gradients = new Float64Array(rows);
  const hessians = new Float64Array(rows);
  const allRows = Int32Array.from(labels.keys());
  const model: BoostedTrees = { base, trees: [] };
  while (model.trees.length < options.trees) {
    for (let row = 0; row < rows; row += 1) {
      const probability = probabilityOf(scores[row]!);
      gradients[row] = probability - labels[row]!;
      hessians[row] = probability * (1 - probability);
    }
    const seen = allRows.filter(() => random() < options.rowShare);
    const columns = cuts.flatMap((_, feature) => (random() < options.featureShare ? [feature] : []));
    const tree = growTree({ bins, cuts, gradients, hessians }, options, seen, columns);
    for (let row = 0; row < rows; row += 1) scores[row]! += treeScore(tree, features[row]!);
    model.trees.push(tree);
  }
  return model;
}

/** The loss over the rows with the first tree, with the first two trees, and so on. */
export function lossesOf({ base, trees }: BoostedTrees, { features, labels }: LabelledRows): Float64Array {
  const scores = new Float64Array(labels.length).fill(base);
  return Float64Array.from(trees, (tree) => {
    let loss = 0;
    for (let row = 0; row < labels.length; row += 1) {
      scores[row]! += treeScore(tree, features[row]!);
      loss += logLoss(scores[row]!, labels[row]!);
    }
    return loss;
  });
}

/** Log odds of each row. */
export function scoresOf(model: BoostedTrees, features: readonly Float64Array[]): Float64Array {
  return Float64Array.from(features, (row) => boostedScore(model, row));
}

/** `-ln` of the probability that a score gives to the label that came. */
function logLoss(score: number, label: number): number {
  const wrong = label === 1 ? -score : score;
  return wrong > 30 ? wrong : Math.log1p(Math.exp(wrong));
}

/** Quantiles of a feature's values, each once: a value belongs to the first bin whose cut it does not exceed. */
function cutPoints(rows: readonly Float64Array[], feature: number): Float64Array {
  const values = Float64Array.from(rows, (row) => row[feature]!).sort();
  const quantiles = Array.from(
    { length: MAX_BINS - 1 },
    (_, bin) => values[Math.floor(((bin + 1) * values.length) / MAX_BINS)] ?? 0,
  );
  return Float64Array.from(new Set(quantiles.filter((cut) => cut < (values.at(-1) ?? 0))));
}

function binOf(cuts: Float64Array, value: number): number {
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= cuts[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
