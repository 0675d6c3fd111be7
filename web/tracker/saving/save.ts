import type { Segment } from '../../../src/domain/completion/watched-segments';
import type { Lesson } from '../api/lesson';

/**
 * One call that adds watched time. It is sent with the same `saveId` and the same body until the server answers, however
 * often and on whichever visit: that is what makes it count once.
 */
export interface Save {
  /** Whether it is the one call of a short video. */
  complete: boolean;
  body: Lesson & {
    totalVideoTime: number;
    currentVideoTime: number;
    completionVideoTime: number;
    saveId: string;
    playbackRate: number;
    segments: Segment[];
  };
}
