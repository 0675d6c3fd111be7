const TOLERANCE_MS = 2_000;
const TOLERANCE_SHARE = 0.02;

/** Where the length of a lesson's video comes from. */
export interface KnownLengths {
  /** Of the collected roadmap, in seconds; null when it does not know the lesson, or not its length. */
  lmsSeconds: number | null;
  /** The one that the first save named, or the LMS's when it was known last; null before the first save. */
  keptMs: number | null;
}

/** The LMS's length where it is known, else the first one that was named; null before that. */
export function lengthInForce({ lmsSeconds, keptMs }: KnownLengths): number | null {
  // A length of nothing is how an LMS says that a lesson has no video yet.
  return lmsSeconds !== null && lmsSeconds > 0 ? lmsSeconds * 1000 : keptMs;
}

/** Whether a page may name this length: the LMS's, give or take 2 s or 2 %. Without the LMS's every length may be. */
export function isAcceptableLength(claimedMs: number, { lmsSeconds }: KnownLengths): boolean {
  const lmsMs = lengthInForce({ lmsSeconds, keptMs: null });
  return lmsMs === null || Math.abs(claimedMs - lmsMs) <= Math.max(TOLERANCE_MS, lmsMs * TOLERANCE_SHARE);
}
