/*
 * The rules of completion (이수) and of the save interval (contract section 7). All times are whole milliseconds. The
 * tracker bundles this file, so it has no dependencies.
 */

/** The share of a video that completes it, 4/5. A fraction, because a float cannot hold 0.8 exactly. */
const NEEDED_PARTS = 4;
const ALL_PARTS = 5;
export const COMPLETION_THRESHOLD = NEEDED_PARTS / ALL_PARTS;

/** The longest video without periodic saves. One call can complete it. */
export const SHORT_VIDEO_MS = 60_000;
const LONG_VIDEO_ABOVE_MS = 600_000;
const LONG_VIDEO_INTERVAL_MS = 60_000;
const INTERVAL_MS = 10_000;

/** Whether `watchedMs` complete a video of `lengthMs`. A video with length 0 is never completed. */
export function isEnough(watchedMs: number, lengthMs: number): boolean {
  return lengthMs > 0 && watchedMs * ALL_PARTS >= lengthMs * NEEDED_PARTS;
}

/** The fewest whole milliseconds that complete a video of `lengthMs`. */
export function neededMs(lengthMs: number): number {
  return Math.ceil((lengthMs * NEEDED_PARTS) / ALL_PARTS);
}

/** 0 to 1; 0 while the length is unknown. */
export function progressRate(watchedMs: number, lengthMs: number): number {
  return lengthMs > 0 ? watchedMs / lengthMs : 0;
}

/**
 * Watched time of the video between two saves. A short video has no periodic saves: for it, this is only the head start
 * of a clock whose first call is a save.
 */
export function saveIntervalMs(lengthMs: number): number {
  return lengthMs > LONG_VIDEO_ABOVE_MS ? LONG_VIDEO_INTERVAL_MS : INTERVAL_MS;
}

/** Whether one call of `POST /api/progress/complete` can complete a video of this length. */
export function isShortVideo(lengthMs: number): boolean {
  return lengthMs <= SHORT_VIDEO_MS;
}
