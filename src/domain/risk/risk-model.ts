import { lossesOf, scoresOf, trainBoosting, type BoostingOptions, type LabelledRows } from './boosting';
import { calibrated, fitCalibration, type Calibration } from './calibration';
import { FEATURE_DIRECTIONS } from './features';
import { boostedScore, type BoostedTrees } from './tree';

export interface RiskModel {
  boosted: BoostedTrees;
  calibration: Calibration;
}

/** Small changes of each option change no figure by more than its noise. */
const OPTIONS: Omit<BoostingOptions, 'trees' | 'seed'> = {
  maxLeaves: 8,
  minRowsInLeaf: 60,
  l2: 5,
  learningRate: 0.04,
  rowShare: 0.7,
  featureShare: 0.4,
  directions: FEATURE_DIRECTIONS,
};
/** The best number of trees was always lower. */
const MOST_TREES = 300;

/**
 * Trains on groups of rows; a learner is in one group alone. Each group in turn is left out and scored by a model of the
 * others. These scores say how many trees are best, and calibrate the probabilities. The model itself then learns from all
 * groups.
 * @param groups at least two
 */
export function trainRiskModel(groups: readonly LabelledRows[], seed: number): RiskModel {
  const trials = groups.map((group) => {
    const others = joined(groups.filter((other) => other !== group));
    return { group, boosted: trainBoosting(others, { ...OPTIONS, seed, trees: MOST_TREES }) };
  });
  const losses = trials.map(({ group, boosted }) => lossesOf(boosted, group));
  const total = losses.reduce((sum, each) => sum.map((loss, index) => loss + each[index]!));
  const trees = total.indexOf(Math.min(...total)) + 1;
  const unseenScores = trials.map(({ group, boosted }) =>
    scoresOf({ ...boosted, trees: boosted.trees.slice(0, trees) }, group.features),
  );
  const calibration = fitCalibration(
    unseenScores.flatMap((scores) => [...scores]),
    Uint8Array.from(groups.flatMap(({ labels }) => [...labels])),
  );
  return { boosted: trainBoosting(joined(groups), { ...OPTIONS, seed, trees }), calibration };
}

/** The probability of the outcome for one row of features. */
export function riskOf({ boosted, calibration }: RiskModel, row: Float64Array): number {
  return calibrated(calibration, boostedScore(boosted, row));
}

function joined(groups: readonly LabelledRows[]): LabelledRows {
  return {
    features: groups.flatMap(({ features }) => features),
    labels: Uint8Array.from(groups.flatMap(({ labels }) => [...labels])),
  };
}
