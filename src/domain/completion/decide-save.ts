import type { LessonKey } from './lesson-key';
import {
  applyCall,
  applySave,
  applyShortVideo,
  type CallContext,
  type LessonProgress,
  type ProgressState,
} from './lesson-progress';
import { rememberRefusals, type RefusedTime } from './refusal';
import { lengthOf, unionOf, type Segment } from './watched-segments';

/** A validated save of a page. Times are milliseconds of the video. */
export interface Save {
  /** `complete` is the single call of a short video. */
  kind: 'save' | 'complete';
  key: LessonKey;
  totalVideoTimeMs: number;
  currentVideoTimeMs: number;
  completionVideoTimeMs: number;
  playbackRate: number;
  /** undefined in a save of an older page, which stands for the time that led to `currentVideoTimeMs`. */
  segments: readonly Segment[] | undefined;
}

export type SaveOutcome =
  | { outcome: 'saved' | 'repeated'; lesson: LessonProgress; refused: RefusedTime[] }
  | { outcome: 'not-enough'; lesson: LessonProgress; refused: RefusedTime[] }
  | { outcome: 'save-id-reused'; refused: RefusedTime[] }
  | { outcome: 'wrong-length'; expectedMs: number }
  | { outcome: 'too-long'; lengthMs: number };

export interface SaveDecision {
  /** The state to store; null when the save changes nothing. */
  state: ProgressState | null;
  /** The credit to store with the `saveId`; null when the page may use the `saveId` again. */
  creditedMs: number | null;
  outcome: SaveOutcome;
}

/** Whether the member's `saveId` came before, and with the same content or not (`contentOfSave`). */
export type EarlierUse = 'none' | 'same-content' | 'other-content';

/** Decides about one save: was it sent before, what does it add, what do the clocks allow (contract section 7). */
export function decideSave(
  save: Save,
  earlierUse: EarlierUse,
  state: ProgressState,
  context: CallContext,
): SaveDecision {
  if (earlierUse === 'same-content') return repeatedSave(state, context);
  const segments = claimedSegments(save);
  if (earlierUse === 'other-content') return reusedSaveId(segments, state, context);

  const apply = save.kind === 'save' ? applySave : applyShortVideo;
  const applied = apply(state, { totalVideoTimeMs: save.totalVideoTimeMs, segments }, context);
  if (applied.outcome === 'wrong-length' || applied.outcome === 'too-long') {
    return { state: null, creditedMs: null, outcome: applied };
  }
  const { outcome, refused } = applied;
  return {
    state: applied.state,
    creditedMs: applied.outcome === 'saved' ? applied.grantedMs : null,
    outcome: { outcome, lesson: applied.state.lesson, refused },
  };
}

/** The text by which two saves with one `saveId` are compared. The order of a page's JSON keys has no influence. */
export function contentOfSave(save: Save): string {
  const { kind, key, totalVideoTimeMs, currentVideoTimeMs, completionVideoTimeMs, playbackRate, segments } = save;
  return JSON.stringify([
    kind,
    [key.projectNo, key.eduNo, key.chasiNo, key.memberNo],
    [totalVideoTimeMs, currentVideoTimeMs, completionVideoTimeMs, playbackRate],
    segments ?? null,
  ]);
}

function claimedSegments({ segments, currentVideoTimeMs, completionVideoTimeMs }: Save): readonly Segment[] {
  return segments ?? [[currentVideoTimeMs - completionVideoTimeMs, currentVideoTimeMs]];
}

/** The save counted when it came first, so only the clocks advance. */
function repeatedSave(before: ProgressState, context: CallContext): SaveDecision {
  const state = applyCall(before, context);
  return { state, creditedMs: null, outcome: { outcome: 'repeated', lesson: state.lesson, refused: [] } };
}

/** Credits nothing. The clocks advance, and the learner can read the refusal. */
function reusedSaveId(segments: readonly Segment[], before: ProgressState, context: CallContext): SaveDecision {
  const { lesson, member } = applyCall(before, context);
  const refused: RefusedTime[] = [{ reason: 'save-id-reused', milliseconds: lengthOf(unionOf(segments)) }];
  const refusals = rememberRefusals(lesson.refusals, refused, context.nowMs);
  return {
    state: { member, lesson: { ...lesson, refusals } },
    creditedMs: null,
    outcome: { outcome: 'save-id-reused', refused },
  };
}
