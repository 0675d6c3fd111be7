/**
 * The members of a video that the tracker uses. An `HTMLMediaElement` has them, and a player's object may have them. Times
 * are seconds.
 */
export interface LectureVideo {
  currentTime: number;
  readonly duration: number;
  readonly paused: boolean;
  readonly ended: boolean;
  readonly seeking: boolean;
  readonly playbackRate: number;
  readonly played: { readonly length: number; start(index: number): number; end(index: number): number };
  play(): Promise<void> | void;
  pause(): void;
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** Length of the video in whole milliseconds. 0 while it is unknown, and for a stream without an end. */
export function videoLengthMs(video: LectureVideo): number {
  return Number.isFinite(video.duration) ? Math.round(video.duration * 1000) : 0;
}

/** Position of the video in whole milliseconds, never beyond a length that is known. */
export function videoPositionMs(video: LectureVideo): number {
  return Math.min(Math.round(video.currentTime * 1000), videoLengthMs(video) || Number.POSITIVE_INFINITY);
}

/** @returns removes the listeners */
export function listenToVideo(video: LectureVideo, listeners: Record<string, () => void>): () => void {
  for (const [type, listener] of Object.entries(listeners)) video.addEventListener(type, listener);
  return () => {
    for (const [type, listener] of Object.entries(listeners)) video.removeEventListener(type, listener);
  };
}
