/** A regression tree as parallel arrays, fit to be stored as JSON. Node 0 is the root; a leaf has the feature -1. */
export interface Tree {
  feature: number[];
  /** A row goes left when its value is at most this. */
  threshold: number[];
  left: number[];
  right: number[];
  /** Log odds that a node adds if it is the last one of a row's path. */
  value: number[];
}

export interface BoostedTrees {
  /** Log odds before the first tree. */
  base: number;
  trees: Tree[];
}

/** Log odds that one tree adds for a row of features. */
export function treeScore({ feature, threshold, left, right, value }: Tree, row: Float64Array): number {
  let node = 0;
  for (let split = feature[0]!; split >= 0; split = feature[node]!) {
    node = row[split]! <= threshold[node]! ? left[node]! : right[node]!;
  }
  return value[node]!;
}

/** Log odds of a row of features. */
export function boostedScore({ base, trees }: BoostedTrees, row: Float64Array): number {
  return trees.reduce((score, tree) => score + treeScore(tree, row), base);
}

/**
 * What each feature adds to the log odds of a row: along each tree's path the step from a node to its child belongs to the
 * node's feature. Together with `startingScore` the contributions sum up to the row's score.
 */
export function pathContributions({ trees }: BoostedTrees, row: Float64Array): Float64Array {
  const contributions = new Float64Array(row.length);
  for (const { feature, threshold, left, right, value } of trees) {
    for (let node = 0; feature[node]! >= 0;) {
      const split = feature[node]!;
      const child = row[split]! <= threshold[node]! ? left[node]! : right[node]!;
      contributions[split]! += value[child]! - value[node]!;
      node = child;
    }
  }
  return contributions;
}

/** Log odds of a learner of whom no feature is known. */
export function startingScore({ base, trees }: BoostedTrees): number {
  return trees.reduce((score, { value }) => score + value[0]!, base);
}

export function probabilityOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
