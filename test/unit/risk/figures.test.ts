import { calibrated, fitCalibration } from '../../../src/domain/risk/calibration';
import { figuresOf } from '../../../src/domain/risk/figures';
import { seededRandom } from '../../../src/domain/risk/seeded-random';

const labels = (...values: number[]) => Uint8Array.from(values);

it('counts by hand what ten learners give', () => {
  const probabilities = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0];
  const figures = figuresOf(probabilities, labels(1, 0, 1, 0, 0, 0, 0, 0, 0, 0));
  expect(figures).toMatchObject({ learners: 10, outcomes: 2, precisionTop10: 1, recallTop10: 0.5 });
  expect(figures.auc).toBeCloseTo(15 / 16, 12);
  expect(figures.averagePrecision).toBeCloseTo((1 + 2 / 3) / 2, 12);
  expect(figures.brier).toBeCloseTo((0.01 + 0.64 + 0.09 + 0.36 + 0.25 + 0.16 + 0.09 + 0.04 + 0.01) / 10, 12);
  expect(figures.calibrationError).toBeCloseTo((0.1 + 0.8 + 0.3 + 0.6 + 0.5 + 0.4 + 0.3 + 0.2 + 0.1 + 0) / 10, 12);
});

it('lets equal probabilities count as a coin does', () => {
  expect(figuresOf([0.5, 0.5, 0.5, 0.5], labels(1, 0, 0, 1)).auc).toBe(0.5);
  expect(figuresOf([1, 0, 0], labels(0, 1, 0)).auc).toBe(0.25);
});

it('says nothing where there is nothing to say', () => {
  expect(figuresOf([], labels())).toEqual({
    ...{ learners: 0, outcomes: 0, auc: null, averagePrecision: null, precisionTop10: null, recallTop10: null },
    ...{ brier: null, calibrationError: null },
  });
  expect(figuresOf([0.1, 0.2], labels(0, 0))).toMatchObject({ auc: null, averagePrecision: null, recallTop10: null });
  expect(figuresOf([0.1, 0.2], labels(1, 1)).auc).toBeNull();
});

it('calibrates scores that are too sure of themselves', () => {
  const random = seededRandom(5);
  const truth = Array.from({ length: 5_000 }, () => random() * 4 - 3);
  const outcomes = Uint8Array.from(truth, (score) => (random() < 1 / (1 + Math.exp(-score)) ? 1 : 0));
  const calibration = fitCalibration(
    truth.map((score) => 2 * score + 1),
    outcomes,
  );
  const probabilities = truth.map((score) => calibrated(calibration, 2 * score + 1));
  expect(figuresOf(probabilities, outcomes).calibrationError).toBeLessThan(0.02);
  expect(calibration.slope).toBeGreaterThan(0.4);
  expect(calibration.slope).toBeLessThan(0.6);
});

it('leaves scores as they are where no row says anything', () => {
  expect(fitCalibration([], labels())).toEqual({ slope: 1, shift: 0 });
});
