import { SHORT_VIDEO_MS } from '../../src/domain/completion/completion-rule';
import { remainderInWords } from '../../src/domain/completion/duration-in-words';
import type { Segment } from '../../src/domain/completion/watched-segments';
import type { ProgressExplanation } from './api/progress-answer';
import type { Lesson } from './api/progress-api';

/** The server takes lengths this near for the same, so the percentage does as well. */
const SAME_LENGTH_FACTOR = 1.02;

export interface TrackLectureOptions {
  /** Address of the progress API, `…/api/progress`: relative to the page, or absolute. */
  apiUrl: string;
  lesson: Lesson;
  /** The member's token. Its `sub` is `lesson.memberNo`. */
  token: string;
  /**
   * The tracker calls it when a call was answered with 401. It returns another token, or undefined when there is none. A
   * result that takes more than 10 s, or that cannot be a token, counts as none. Default: there is none.
   */
  renewToken?: () => Promise<string | undefined>;
  /** Waiting times between the five tries of a save, before jitter. Default 500, 1000, 2000, 4000. */
  retryDelaysMs?: readonly number[];
}

/** What a page controls and shows: the result of `trackLecture`. */
export interface LectureTracker {
  /** As of the last change. */
  readonly state: LectureState;
  /**
   * Calls `listener` now and at each change of `state`: several times a second while the video plays.
   * @returns removes the listener
   */
  onChange(listener: (state: LectureState) => void): () => void;
  /** Lifts the cover. Then plays on, unless `play` is false. */
  goOn(play?: boolean): void;
  /** Asks the server which parts it counted, and why not more. */
  refresh(): Promise<void>;
  /** Saves what was watched and releases the video. */
  stop(): void;
}

/** What a page shows of a lecture. Times are milliseconds of the video. */
export interface LectureState {
  /**
   * - `connecting`: the server has not answered yet, and the video waits
   * - `ready`: the video may play, and what is played counts
   * - `elsewhere`: another tab of this browser plays the lecture
   * - `refused`: the server refuses this lesson
   */
  phase: 'connecting' | 'ready' | 'elsewhere' | 'refused';
  /** The learner left the page. The video stays paused until the learner goes on. */
  isCovered: boolean;
  /** 0 while it is unknown. */
  lengthMs: number;
  positionMs: number;
  /** Parts that the server counted. */
  savedParts: readonly Segment[];
  /** `savedParts`, and the parts that were watched since. */
  watchedParts: readonly Segment[];
  /** Whole percent watched, 0 to 100. It falls only when the video turns out to be longer. */
  percent: number;
  /** Time that is missing to completion. */
  missingMs: number;
  completed: boolean;
  /** ISO 8601, or null. */
  completedAt: string | null;
  /** Five tries of a save failed. The browser keeps the save, and the tracker tries it again. */
  isSaveFailing: boolean;
  /** Why the video waits or a save fails: `unavailable`, `unauthorized`, or the code of the server's refusal. */
  problem: string | undefined;
  /** As of the last answer that contained one. */
  explanation: ProgressExplanation | undefined;
}

/** Says to the learner how much is missing to completion. */
export function missingInWords({
  lengthMs,
  missingMs,
  completed,
}: Pick<LectureState, 'lengthMs' | 'missingMs' | 'completed'>): string {
  if (completed) return '이수를 마쳤습니다';
  if (lengthMs === 0) return '80% 이상 시청하면 이수됩니다';
  if (missingMs > 0) return `이수(80%)까지 ${remainderInWords(missingMs)} 남았습니다`;
  return lengthMs <= SHORT_VIDEO_MS
    ? '충분히 시청했습니다. 끝까지 보면 이수됩니다'
    : '충분히 시청했습니다. 저장하는 중입니다';
}

/** The highest percentage that was watched of a video. It falls only when the video turns out to be longer. */
export class HighestPercent {
  /** Whole percent, 0 to 100. */
  value = 0;
  #lengthMs = 0;

  raise(watchedMs: number, lengthMs: number): void {
    if (lengthMs === 0) return;
    if (lengthMs > this.#lengthMs * SAME_LENGTH_FACTOR) [this.value, this.#lengthMs] = [0, lengthMs];
    this.value = Math.max(this.value, Math.floor((watchedMs * 100) / lengthMs));
  }
}
