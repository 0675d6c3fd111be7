const TOLERANCE_MS = 2_000;
const TOLERANCE_SHARE = 0.02;

/** The two sources of the length of a lesson's video. */
export interface KnownLengths {
  /** From the collected roadmap, in seconds; null when the roadmap has no such lesson or no length for it. */
  lmsSeconds: number | null;
  /** The length that the first save named, or the last one from the LMS; null before the first save. */
  keptMs: number | null;
}

/** The LMS's length if it is known, else the stored one; null before the first save. */
export function lengthInForce({ lmsSeconds, keptMs }: KnownLengths): number | null {
  // The LMS lists a lesson without a video with length 0.
  return lmsSeconds !== null && lmsSeconds > 0 ? lmsSeconds * 1000 : keptMs;
}

/** Whether a page may name this length: within max(2 s, 2 %) of the LMS's length. Without that one, any length is fine. */
export function isAcceptableLength(claimedMs: number, { lmsSeconds }: KnownLengths): boolean {
  const lmsMs = lengthInForce({ lmsSeconds, keptMs: null });
  return lmsMs === null || Math.abs(claimedMs - lmsMs) <= Math.max(TOLERANCE_MS, lmsMs * TOLERANCE_SHARE);
}
