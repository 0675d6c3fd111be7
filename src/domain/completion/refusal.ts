/** The reasons why a claimed part got no credit; docs/api.md explains each. */
export const REFUSAL_REASONS = [
  'already-counted',
  'faster-than-time',
  'beyond-the-end',
  'too-many-parts',
  'save-id-reused',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface Refusal {
  /** Milliseconds since 1970; the time of the newest call when one entry covers several calls. */
  atMs: number;
  milliseconds: number;
  reason: RefusalReason;
}

/** The time that one call was refused. */
export type RefusedTime = Pick<Refusal, 'reason' | 'milliseconds'>;

/** A lesson remembers its newest refusals, up to this number. */
const MAX_REMEMBERED = 20;
/** Refusals of one reason within this time become one entry: a learner who repeats a part causes many. */
const MERGED_WITHIN_MS = 15 * 60_000;

/** Adds the refusals of one more call to `remembered`; the newest is last. */
export function rememberRefusals(
  remembered: readonly Refusal[],
  refused: readonly RefusedTime[],
  nowMs: number,
): Refusal[] {
  const entries = [...remembered];
  for (const { reason, milliseconds } of refused) {
    if (milliseconds === 0) continue;
    const index = entries.findLastIndex((entry) => entry.reason === reason && nowMs - entry.atMs <= MERGED_WITHIN_MS);
    const before = index === -1 ? 0 : entries.splice(index, 1)[0]!.milliseconds;
    entries.push({ atMs: nowMs, milliseconds: before + milliseconds, reason });
  }
  return entries.slice(-MAX_REMEMBERED);
}
