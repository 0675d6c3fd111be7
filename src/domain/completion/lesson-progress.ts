import { isEnough, isShortVideo, neededMs, progressRate, saveIntervalMs } from './completion-rule';
import { advanceClock, allowanceMs, startClock, type CreditClock } from './credit-clock';
import { grantCredit } from './grant-credit';
import { rememberRefusals, type Refusal, type RefusedTime } from './refusal';
import { isAcceptableLength, lengthInForce, type KnownLengths } from './video-length';
import { lengthOf, withinVideo, type Segment } from './watched-segments';

/** What is kept of one lesson and member. */
export interface LessonProgress {
  /** Everything that was credited, a union. Nothing is ever taken out of it. */
  watched: readonly Segment[];
  /** null before the first save of a lesson that no roadmap knows. */
  lengthMs: number | null;
  /** null before the first call. */
  clock: CreditClock | null;
  completedAtMs: number | null;
  refusals: readonly Refusal[];
}

/** What is kept of a member over all lessons. */
export interface MemberCredit {
  clock: CreditClock | null;
  /** Sum of what was credited in all lessons. */
  creditedMs: number;
}

export interface CallContext {
  /** Instant of the call in milliseconds since 1970, on the database's clock: several servers share it. */
  nowMs: number;
  /** The lesson's length in the collected roadmap; null when it knows none. */
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

export type SaveDecision =
  | { outcome: 'saved'; state: ProgressState; grantedMs: number; refused: RefusedTime[] }
  /** Nothing is credited, but time went on and the refusals are remembered. */
  | { outcome: 'not-enough'; state: ProgressState; refused: RefusedTime[] }
  /** Nothing is kept. */
  | { outcome: 'wrong-length'; expectedMs: number }
  | { outcome: 'too-long'; lengthMs: number };

export const UNSEEN: ProgressState = {
  lesson: { watched: [], lengthMs: null, clock: null, completedAtMs: null, refusals: [] },
  member: { clock: null, creditedMs: 0 },
};

/** A call that claims nothing (a page that opens, a save that is repeated): it starts the clocks or runs them on. */
export function recordCall(state: ProgressState, context: CallContext): ProgressState {
  return settle(runClocks(state, context.nowMs, 0), context);
}

/** A save: clocks first, then credit for what they allow. It must not be called twice for one `saveId`. */
export function recordSave(state: ProgressState, claimed: ClaimedProgress, context: CallContext): SaveDecision {
  const known: KnownLengths = { lmsSeconds: context.lmsSeconds, keptMs: state.lesson.lengthMs };
  const lengthMs = lengthInForce(known) ?? claimed.totalVideoTimeMs;
  if (!isAcceptableLength(claimed.totalVideoTimeMs, known)) return { outcome: 'wrong-length', expectedMs: lengthMs };

  const { lesson, member } = runClocks(state, context.nowMs, saveIntervalMs(lengthMs));
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
  return { outcome: 'saved', state: settle(saved, context), grantedMs, refused };
}

/** The one call for a short video: credited whole as a save would be, or not at all when the video is not completed by it. */
export function recordShortVideo(state: ProgressState, claimed: ClaimedProgress, context: CallContext): SaveDecision {
  const decision = recordSave(state, claimed, context);
  if (decision.outcome !== 'saved') return decision;
  const { lesson, member } = decision.state;
  const lengthMs = lesson.lengthMs ?? claimed.totalVideoTimeMs;
  if (!isShortVideo(lengthMs)) return { outcome: 'too-long', lengthMs };
  if (lesson.completedAtMs !== null) return decision;
  return {
    outcome: 'not-enough',
    state: {
      lesson: { ...state.lesson, clock: lesson.clock, refusals: lesson.refusals },
      member: { ...state.member, clock: member.clock },
    },
    refused: decision.refused,
  };
}

/** The clocks of a lesson and its member that a save starts begin one interval earlier; those that run, run on. */
function runClocks(state: ProgressState, nowMs: number, headStartMs: number) {
  const run = (clock: CreditClock | null): CreditClock =>
    clock === null ? startClock(nowMs, headStartMs) : advanceClock(clock, nowMs);
  return {
    lesson: { ...state.lesson, clock: run(state.lesson.clock) },
    member: { ...state.member, clock: run(state.member.clock) },
  };
}

/** Takes over the length in force and decides: completed once is completed for ever. */
function settle(state: ProgressState, context: CallContext): ProgressState {
  const lengthMs = lengthInForce({ lmsSeconds: context.lmsSeconds, keptMs: state.lesson.lengthMs });
  const lesson = { ...state.lesson, lengthMs };
  return { ...state, lesson: completesAtNextCall(lesson) ? { ...lesson, completedAtMs: context.nowMs } : lesson };
}

/** Whether there is credit enough and no call decided it yet: so it is after the LMS shortened a lesson. */
export function completesAtNextCall(lesson: LessonProgress): boolean {
  const { creditMs, lengthMs } = summarize(lesson);
  return lesson.completedAtMs === null && isEnough(creditMs, lengthMs);
}

export interface ProgressSummary {
  /** Credit within the video's length, which the LMS may have shortened. */
  creditMs: number;
  /** 0 while it is unknown. */
  lengthMs: number;
  /** 0 to 1 */
  rate: number;
  /** What is missing to complete; 0 when completed, and while the length is unknown. */
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
