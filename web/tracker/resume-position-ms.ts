import type { ExplainedAnswer } from './api/progress-answer';

/** So near to the end there is nothing to resume. */
const END_MS = 3_000;

/**
 * Where to go on, in milliseconds: where one stopped in this browser; else, or when that was the end, at the first part
 * that is missing; at the beginning of a lecture that is completed.
 */
export function resumePositionMs(
  keptMs: number | undefined,
  lengthMs: number,
  { completed, explanation }: Pick<ExplainedAnswer, 'completed' | 'explanation'>,
): number {
  if (keptMs !== undefined && keptMs < lengthMs - END_MS) return keptMs;
  const missingMs = explanation.missing.segments[0]?.[0] ?? 0;
  return completed || missingMs >= lengthMs - END_MS ? 0 : missingMs;
}
