import type { Segment } from '../../src/domain/completion/watched-segments';
import type { ProgressExplanation } from './api/progress-answer';

/** What is shown of a lecture. Times in milliseconds of the video. */
export interface LectureState {
  /**
   * - `connecting`: the server was not heard of yet, and the video waits for it
   * - `ready`: it may play, and what is played counts
   * - `elsewhere`: another tab of this browser has the lecture
   * - `refused`: the server takes nothing of this lesson
   */
  phase: 'connecting' | 'ready' | 'elsewhere' | 'refused';
  /** The page was left; the video is held until one goes on. */
  isCovered: boolean;
  /** 0 while it is unknown. */
  lengthMs: number;
  positionMs: number;
  /** Parts that the server counted. */
  savedParts: readonly Segment[];
  /** Those, and what was watched since. */
  watchedParts: readonly Segment[];
  /** Whole percent watched, 0 to 100; never falls, unless the video turns out to be longer. */
  percent: number;
  /** Still to watch for completion. */
  missingMs: number;
  completed: boolean;
  /** ISO 8601, or null. */
  completedAt: string | null;
  /** Five tries of a save have failed; it is kept, and tried again. */
  isSaveFailing: boolean;
  /** Why nothing goes on, or a save fails: `unavailable`, `unauthorized`, or the code of the server's refusal. */
  problem: string | undefined;
  /** As of the last time it was asked for. */
  explanation: ProgressExplanation | undefined;
}
