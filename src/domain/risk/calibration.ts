import { probabilityOf } from './tree';

/** Turns a model's log odds into a probability: `slope * logOdds + shift`, in log odds again (Platt scaling). */
export interface Calibration {
  slope: number;
  shift: number;
}

export const UNCALIBRATED: Calibration = { slope: 1, shift: 0 };
const MAX_STEPS = 50;
/** Pulls the slope towards 1 and the shift towards 0, which decides where a few rows say nothing. */
const RIDGE = 1;

/**
 * Fits the calibration to rows that the model did not see in training, by Newton's method on the logistic loss. The slope
 * is never negative: a calibration does not change the order of learners.
 */
export function fitCalibration(scores: ArrayLike<number>, labels: Uint8Array): Calibration {
  let { slope, shift } = UNCALIBRATED;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    let [gradientSlope, gradientShift] = [RIDGE * (slope - 1), RIDGE * shift];
    let [slopeSlope, slopeShift, shiftShift] = [RIDGE, 0, RIDGE];
    for (let row = 0; row < labels.length; row += 1) {
      const score = scores[row]!;
      const probability = probabilityOf(slope * score + shift);
      const weight = probability * (1 - probability);
      gradientSlope += (probability - labels[row]!) * score;
      gradientShift += probability - labels[row]!;
      slopeSlope += weight * score * score;
      slopeShift += weight * score;
      shiftShift += weight;
    }
    const determinant = slopeSlope * shiftShift - slopeShift * slopeShift;
    const changeSlope = (gradientSlope * shiftShift - gradientShift * slopeShift) / determinant;
    const changeShift = (gradientShift * slopeSlope - gradientSlope * slopeShift) / determinant;
    slope -= changeSlope;
    shift -= changeShift;
    if (Math.abs(changeSlope) + Math.abs(changeShift) < 1e-9) break;
  }
  return slope > 0 && Number.isFinite(shift) ? { slope, shift } : UNCALIBRATED;
}

export function calibrated({ slope, shift }: Calibration, logOdds: number): number {
  return probabilityOf(slope * logOdds + shift);
}
