/** Why a part of what a page claimed was not credited. */
export const REFUSAL_REASONS = [
  'already-counted',
  'faster-than-time',
  'beyond-the-end',
  'too-many-parts',
  'save-id-reused',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface Refusal {
  /** Instant in milliseconds since 1970; of the newest call when several were put together. */
  atMs: number;
  milliseconds: number;
  reason: RefusalReason;
}

/** What one call was refused. */
export type RefusedTime = Pick<Refusal, 'reason' | 'milliseconds'>;

/** A lesson remembers this many refusals, the newest ones. */
const MOST_REMEMBERED = 20;
/** Refusals of one reason that follow each other within this time are one entry: a part watched again is one story. */
const SAME_STORY_MS = 15 * 60_000;

/** `remembered` and what one more call was refused, the newest last. */
export function rememberRefusals(
  remembered: readonly Refusal[],
  refused: readonly RefusedTime[],
  nowMs: number,
): Refusal[] {
  const entries = [...remembered];
  for (const { reason, milliseconds } of refused) {
    if (milliseconds === 0) continue;
    const index = entries.findLastIndex((entry) => entry.reason === reason && nowMs - entry.atMs <= SAME_STORY_MS);
    const before = index === -1 ? 0 : entries.splice(index, 1)[0]!.milliseconds;
    entries.push({ atMs: nowMs, milliseconds: before + milliseconds, reason });
  }
  return entries.slice(-MOST_REMEMBERED);
}
