import { isEnough, isShortVideo, neededMs, progressRate, saveIntervalMs } from './completion-rule';
import { advanceClock, allowanceMs, startClock, type CreditClock } from './credit-clock';
import { grantCredit } from './grant-credit';
import { rememberRefusals, type Refusal, type RefusedTime } from './refusal';
import { isAcceptableLength, lengthInForce, type KnownLengths } from './video-length';
import { lengthOf, withinVideo, type Segment } from './watched-segments';

/** The stored progress of one member in one lesson. */
export interface LessonProgress {
  /** All credited parts, as a union. It never loses a part. */
  watched: readonly Segment[];
  /** null until the first save, when no roadmap knows the lesson. */
  lengthMs: number | null;
  /** null before the first call. */
  clock: CreditClock | null;
  completedAtMs: number | null;
  refusals: readonly Refusal[];
}

/** The stored credit of one member over all lessons. */
export interface MemberCredit {
  clock: CreditClock | null;
  /** The sum of the credit in all lessons. */
  creditedMs: number;
}

export interface CallContext {
  /** The time of the call in milliseconds since 1970, on the database's clock, which all servers share. */
  nowMs: number;
  /** The lesson's length in the collected roadmap, in seconds; null when the roadmap has none. */
  lmsSeconds: number | null;
  maxPlaybackRate: number;
}

export interface ProgressState {
  lesson: LessonProgress;
  member: MemberCredit;
}

export interface ClaimedProgress {
  totalVideoTimeMs: number;
  segments: readonly Segment[];
}

export type AppliedSave =
  | { outcome: 'saved'; state: ProgressState; grantedMs: number; refused: RefusedTime[] }
  /** Nothing is credited. The clocks advance, and the lesson remembers the refusals. */
  | { outcome: 'not-enough'; state: ProgressState; refused: RefusedTime[] }
  /** Nothing changes. */
  | { outcome: 'wrong-length'; expectedMs: number }
  | { outcome: 'too-long'; lengthMs: number };

export const UNSEEN: ProgressState = {
  lesson: { watched: [], lengthMs: null, clock: null, completedAtMs: null, refusals: [] },
  member: { clock: null, creditedMs: 0 },
};

/** Applies a call without a claim, such as `GET` or a repeated save: starts or advances the clocks (decision 0009). */
export function applyCall(state: ProgressState, context: CallContext): ProgressState {
  return decideCompletion(advanceClocks(state, context.nowMs, 0), context);
}

/** Applies a save: advances the clocks, then credits what they allow. The caller applies each `saveId` once. */
export function applySave(state: ProgressState, claimed: ClaimedProgress, context: CallContext): AppliedSave {
  const known: KnownLengths = { lmsSeconds: context.lmsSeconds, keptMs: state.lesson.lengthMs };
  const lengthMs = lengthInForce(known) ?? claimed.totalVideoTimeMs;
  if (!isAcceptableLength(claimed.totalVideoTimeMs, known)) return { outcome: 'wrong-length', expectedMs: lengthMs };

  const { lesson, member } = advanceClocks(state, context.nowMs, saveIntervalMs(lengthMs));
  const { watched, grantedMs, refused } = grantCredit({
    watched: lesson.watched,
    claimed: claimed.segments,
    lengthMs,
    allowanceMs: Math.min(
      allowanceMs(lesson.clock, lengthOf(lesson.watched), context.maxPlaybackRate),
      allowanceMs(member.clock, member.creditedMs, context.maxPlaybackRate),
    ),
  });
  const refusals = rememberRefusals(lesson.refusals, refused, context.nowMs);
  const saved = {
    lesson: { ...lesson, watched, lengthMs, refusals },
    member: { ...member, creditedMs: member.creditedMs + grantedMs },
  };
  return { outcome: 'saved', state: decideCompletion(saved, context), grantedMs, refused };
}

/** Applies the single call of a short video: credits it like a save if it completes the video, else credits nothing. */
export function applyShortVideo(state: ProgressState, claimed: ClaimedProgress, context: CallContext): AppliedSave {
  const applied = applySave(state, claimed, context);
  if (applied.outcome !== 'saved') return applied;
  const { lesson, member } = applied.state;
  const lengthMs = lesson.lengthMs ?? claimed.totalVideoTimeMs;
  if (!isShortVideo(lengthMs)) return { outcome: 'too-long', lengthMs };
  if (lesson.completedAtMs !== null) return applied;
  return {
    outcome: 'not-enough',
    state: {
      lesson: { ...state.lesson, clock: lesson.clock, refusals: lesson.refusals },
      member: { ...state.member, clock: member.clock },
    },
    refused: applied.refused,
  };
}

/** Advances running clocks, and starts the others with `headStartMs`. */
function advanceClocks(state: ProgressState, nowMs: number, headStartMs: number) {
  const advance = (clock: CreditClock | null): CreditClock =>
    clock === null ? startClock(nowMs, headStartMs) : advanceClock(clock, nowMs);
  return {
    lesson: { ...state.lesson, clock: advance(state.lesson.clock) },
    member: { ...state.member, clock: advance(state.member.clock) },
  };
}

/** Stores the length in force, and completes the lesson if the credit is enough. A completed lesson stays completed. */
function decideCompletion(state: ProgressState, context: CallContext): ProgressState {
  const lengthMs = lengthInForce({ lmsSeconds: context.lmsSeconds, keptMs: state.lesson.lengthMs });
  const lesson = { ...state.lesson, lengthMs };
  return { ...state, lesson: completesAtNextCall(lesson) ? { ...lesson, completedAtMs: context.nowMs } : lesson };
}

/** Whether the credit is enough and no call has decided it yet. This happens after the LMS shortened a lesson. */
export function completesAtNextCall(lesson: LessonProgress): boolean {
  const { creditMs, lengthMs } = summarize(lesson);
  return lesson.completedAtMs === null && isEnough(creditMs, lengthMs);
}

/** Whether the call between these two states completed the lesson. */
export function isNewlyCompleted(before: ProgressState, after: ProgressState): boolean {
  return before.lesson.completedAtMs === null && after.lesson.completedAtMs !== null;
}

export interface ProgressSummary {
  /** Credit inside the video's current length: the LMS can shorten a lesson. */
  creditMs: number;
  /** 0 while the length is unknown. */
  lengthMs: number;
  /** 0 to 1 */
  rate: number;
  /** Credit that is missing for completion; 0 when completed, and while the length is unknown. */
  missingMs: number;
}

export function summarize(lesson: LessonProgress): ProgressSummary {
  const lengthMs = lesson.lengthMs ?? 0;
  const creditMs = lengthOf(withinVideo(lesson.watched, lengthMs));
  return {
    creditMs,
    lengthMs,
    rate: progressRate(creditMs, lengthMs),
    missingMs: lesson.completedAtMs === null ? Math.max(0, neededMs(lengthMs) - creditMs) : 0,
  };
}
