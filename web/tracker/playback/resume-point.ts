import type { ExplainedAnswer } from '../api/progress-answer';

/** A position this near to the end of the video is its end: there is nothing to resume. */
const END_MS = 3_000;

/** Decides once where the video resumes: when the server answered and the video's length is known. */
export class ResumePoint {
  /** Where the last visit of this browser stopped. */
  keptPositionMs: number | undefined;
  /** The server's answer, until the position is decided. */
  #answer: ExplainedAnswer | undefined;
  #wasMovedByLearner = false;

  /** Whether the server answered, and the position is not decided yet. */
  get isPending(): boolean {
    return this.#answer !== undefined;
  }

  prepare(answer: ExplainedAnswer): void {
    this.#answer = answer;
  }

  /** The video plays already, so it stays where it is. */
  cancel(): void {
    this.#answer = undefined;
  }

  /** The learner chose a position. */
  noteSeek(): void {
    this.#wasMovedByLearner = true;
  }

  /**
   * Decides. `isPending` is false from now on.
   * @returns the position in milliseconds, or undefined when the video stays where it is
   */
  decide(lengthMs: number): number | undefined {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer === undefined || this.#wasMovedByLearner) return undefined;
    return resumePositionMs(this.keptPositionMs, lengthMs, answer);
  }
}

/**
 * Where a lecture resumes, in milliseconds of the video: where the last visit of this browser stopped. Without such a
 * position, or when it is the end: the first part that is missing, or 0 for a lecture that is completed.
 */
function resumePositionMs(
  keptPositionMs: number | undefined,
  lengthMs: number,
  { completed, explanation }: Pick<ExplainedAnswer, 'completed' | 'explanation'>,
): number {
  if (keptPositionMs !== undefined && keptPositionMs < lengthMs - END_MS) return keptPositionMs;
  const missingFromMs = explanation.missing.segments[0]?.[0] ?? 0;
  return completed || missingFromMs >= lengthMs - END_MS ? 0 : missingFromMs;
}
