import type { Lesson } from './api/lesson';

export interface TrackLectureOptions {
  /** Where the progress API is, `…/api/progress`, relative to the page or absolute. */
  apiUrl: string;
  lesson: Lesson;
  /** The member's token, whose `sub` is `lesson.memberNo`. */
  token: string;
  /**
   * Asked when a call answered 401: another token, or undefined when there is none. What takes more than 10 s, or can be
   * no token, is none. Default: there is none.
   */
  renewToken?: () => Promise<string | undefined>;
  /** Waiting times between the five tries of a save, before jitter. Default 500, 1000, 2000, 4000. */
  retryDelaysMs?: readonly number[];
}
