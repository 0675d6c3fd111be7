/** How well probabilities fit what came; a figure that its rows cannot give is null. */
export interface Figures {
  learners: number;
  outcomes: number;
  /** The chance that a learner with the outcome has a higher probability than one without; equal ones count as a coin toss. */
  auc: number | null;
  averagePrecision: number | null;
  /** Of the tenth with the highest probabilities: how many have the outcome, and how many of all with the outcome. */
  precisionTop10: number | null;
  recallTop10: number | null;
  /** Mean square of probability - outcome. */
  brier: number | null;
  /** Sorted by probability and cut into ten parts of equal size: the mean of |mean probability - share|. */
  calibrationError: number | null;
}

/** Contract section 11. Equal probabilities keep the order of the rows. */
export function figuresOf(probabilities: ArrayLike<number>, labels: Uint8Array): Figures {
  const learners = labels.length;
  const outcomes = labels.reduce((sum, label) => sum + label, 0);
  const ascending = [...labels.keys()].sort((a, b) => probabilities[a]! - probabilities[b]!);
  const top = ascending.toReversed().slice(0, Math.ceil(learners / 10));
  const hits = top.reduce((sum, row) => sum + labels[row]!, 0);
  return {
    learners,
    outcomes,
    auc: outcomes === 0 || outcomes === learners ? null : aucOf(probabilities, labels, ascending, outcomes),
    averagePrecision: outcomes === 0 ? null : averagePrecisionOf(probabilities, labels, ascending, outcomes),
    precisionTop10: learners === 0 ? null : hits / top.length,
    recallTop10: outcomes === 0 ? null : hits / outcomes,
    brier:
      learners === 0
        ? null
        : labels.reduce((sum, label, row) => sum + (probabilities[row]! - label) ** 2, 0) / learners,
    calibrationError: learners < 10 ? null : calibrationErrorOf(probabilities, labels, ascending),
  };
}

/** By the ranks of the outcomes; equal probabilities share their mean rank. */
function aucOf(
  probabilities: ArrayLike<number>,
  labels: Uint8Array,
  ascending: readonly number[],
  outcomes: number,
): number {
  let rankSum = 0;
  for (const { start, end } of ties(probabilities, ascending)) {
    for (let index = start; index < end; index += 1)
      if (labels[ascending[index]!] === 1) rankSum += (start + 1 + end) / 2;
  }
  return (rankSum - (outcomes * (outcomes + 1)) / 2) / (outcomes * (labels.length - outcomes));
}

/** Precision at each outcome, from the highest probability down; equal probabilities are taken together. */
function averagePrecisionOf(
  probabilities: ArrayLike<number>,
  labels: Uint8Array,
  ascending: readonly number[],
  outcomes: number,
): number {
  let [seen, hits, sum] = [0, 0, 0];
  for (const { start, end } of ties(probabilities, ascending).toReversed()) {
    const found = ascending.slice(start, end).reduce((count, row) => count + labels[row]!, 0);
    seen += end - start;
    hits += found;
    sum += found * (hits / seen);
  }
  return sum / outcomes;
}

function calibrationErrorOf(
  probabilities: ArrayLike<number>,
  labels: Uint8Array,
  ascending: readonly number[],
): number {
  const errors = Array.from({ length: 10 }, (_, part) => {
    const rows = ascending.slice(
      Math.floor((part * ascending.length) / 10),
      Math.floor(((part + 1) * ascending.length) / 10),
    );
    return Math.abs(rows.reduce((sum, row) => sum + probabilities[row]! - labels[row]!, 0) / rows.length);
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** Runs of equal probabilities in the ascending order. */
function ties(probabilities: ArrayLike<number>, ascending: readonly number[]): { start: number; end: number }[] {
  const starts = ascending.flatMap((row, index) =>
    index === 0 || probabilities[row] !== probabilities[ascending[index - 1]!] ? [index] : [],
  );
  return starts.map((start, index) => ({ start, end: starts[index + 1] ?? ascending.length }));
}
