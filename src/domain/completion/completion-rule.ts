/*
 * When a lecture is completed (이수) and how often a page saves: docs/contract/README.md, section 7. Whole milliseconds,
 * whole-number arithmetic, no dependencies: the tracker bundles this file.
 */

/** The share of a video that completes it: 4/5, kept as a fraction so that 80 % is met exactly. */
const NEEDED_PARTS = 4;
const ALL_PARTS = 5;
export const COMPLETION_THRESHOLD = NEEDED_PARTS / ALL_PARTS;

/** The longest video that has no periodic saves and may be completed by one call. */
export const SHORT_VIDEO_MS = 60_000;
const LONG_VIDEO_ABOVE_MS = 600_000;
const LONG_VIDEO_INTERVAL_MS = 60_000;
const INTERVAL_MS = 10_000;

/** Whether `watchedMs` of a video of `lengthMs` complete it. A video without a length is never completed. */
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
 * Watched time of the video between two saves. A page of a short video makes no periodic saves; for it this is only how
 * much earlier a clock starts whose first call is a save.
 */
export function saveIntervalMs(lengthMs: number): number {
  return lengthMs > LONG_VIDEO_ABOVE_MS ? LONG_VIDEO_INTERVAL_MS : INTERVAL_MS;
}

/** Whether one call of `/complete` may complete a video of this length. */
export function isShortVideo(lengthMs: number): boolean {
  return lengthMs <= SHORT_VIDEO_MS;
}
