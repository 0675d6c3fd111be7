import {
  lossesOf,
  scoresOf,
  trainBoosting,
  type BoostingOptions,
  type LabelledRows,
} from '../../../src/domain/risk/boosting';
import { seededRandom } from '../../../src/domain/risk/seeded-random';
import { boostedScore, pathContributions, startingScore } from '../../../src/domain/risk/tree';

const OPTIONS: BoostingOptions = {
  ...{
    trees: 60,
    maxLeaves: 6,
    minRowsInLeaf: 10,
    l2: 1,
    learningRate: 0.2,
    rowShare: 0.8,
    featureShare: 0.9,
    seed: 1,
  },
  directions: [1, 0, 0],
};

/** The outcome comes where the first feature is large, mostly; the second one matters a little, the third one never. */
function rows(count: number, seed: number): LabelledRows {
  const random = seededRandom(seed);
  const features = Array.from({ length: count }, () => Float64Array.from([random() * 10, random(), random()]));
  const labels = Uint8Array.from(features, ([first, second]) =>
    random() < (first! > 6 ? 0.8 : 0.1) + second! / 10 ? 1 : 0,
  );
  return { features, labels };
}

describe('gradient boosting', () => {
  const train = rows(2_000, 1);
  const model = trainBoosting(train, OPTIONS);

  it('finds what decides', () => {
    const low = boostedScore(model, Float64Array.from([2, 0.5, 0.5]));
    const high = boostedScore(model, Float64Array.from([9, 0.5, 0.5]));
    expect(high - low).toBeGreaterThan(2);
  });

  it('gives the same bytes for the same seed, and others for another one', () => {
    expect(JSON.stringify(trainBoosting(rows(2_000, 1), OPTIONS))).toBe(JSON.stringify(model));
    expect(JSON.stringify(trainBoosting(train, { ...OPTIONS, seed: 2 }))).not.toBe(JSON.stringify(model));
  });

  it('never lowers the risk where a feature with a direction grows', () => {
    const random = seededRandom(3);
    for (let check = 0; check < 200; check += 1) {
      const others = [random(), random()];
      const scores = Array.from({ length: 50 }, (_, step) =>
        boostedScore(model, Float64Array.from([step / 5, ...others])),
      );
      expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    }
  });

  it('splits each score exactly into the contributions of its features', () => {
    for (const row of train.features.slice(0, 50)) {
      const total = pathContributions(model, row).reduce((sum, each) => sum + each, startingScore(model));
      expect(total).toBeCloseTo(boostedScore(model, row), 9);
    }
  });

  it('survives as JSON', () => {
    const stored = JSON.parse(JSON.stringify(model)) as typeof model;
    expect(scoresOf(stored, train.features)).toEqual(scoresOf(model, train.features));
  });

  it('fits rows that it did not see better with trees than with the first one alone', () => {
    const losses = lossesOf(model, rows(500, 9));
    expect(losses).toHaveLength(OPTIONS.trees);
    expect(Math.min(...losses)).toBeLessThan(losses[0]! * 0.95);
  });

  it.each([0, 1])('learns nothing, and stays finite, where every outcome is %i', (label) => {
    const one = { ...train, labels: train.labels.map(() => label) };
    const scores = scoresOf(trainBoosting(one, OPTIONS), train.features);
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(Math.sign(scores[0]!)).toBe(label === 1 ? 1 : -1);
  });

  it('learns from no row that both outcomes are as likely', () => {
    expect(
      boostedScore(trainBoosting({ features: [], labels: new Uint8Array() }, OPTIONS), Float64Array.from([1, 2, 3])),
    ).toBe(0);
  });
});
