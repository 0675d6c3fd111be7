import { createHash } from 'node:crypto';
import type { LessonKey } from '../../domain/completion/lesson-key';
import {
  recordCall,
  recordSave,
  recordShortVideo,
  summarize,
  type CallContext,
  type LessonProgress,
  type ProgressState,
} from '../../domain/completion/lesson-progress';
import { rememberRefusals, type RefusedTime } from '../../domain/completion/refusal';
import { lengthOf, unionOf, type Segment } from '../../domain/completion/watched-segments';
import type { Database, Statement } from './database';
import { insertSave } from './progress-saves';
import { completionIdOf, insertCompletion } from './video-completions';
import {
  lockedProgress,
  lockProgress,
  makeProgressRows,
  storeProgress,
  type LockedProgress,
  type ProgressRow,
} from './video-progress';

/** A save as it came in, parsed. Times are milliseconds of video. */
export interface ProgressReport {
  key: LessonKey;
  /** A UUID in lower case. */
  saveId: string;
  totalVideoTimeMs: number;
  currentVideoTimeMs: number;
  completionVideoTimeMs: number;
  playbackRate: number;
  /** undefined from an older page: the save then stands for the time that led to `currentVideoTimeMs`. */
  segments: readonly Segment[] | undefined;
}

export type RecordedReport =
  | { outcome: 'saved' | 'repeated'; lesson: LessonProgress; completionId: string | null; refused: RefusedTime[] }
  | { outcome: 'not-enough'; lesson: LessonProgress; refused: RefusedTime[] }
  | { outcome: 'save-id-reused'; refused: RefusedTime[] }
  | { outcome: 'wrong-length'; expectedMs: number }
  | { outcome: 'too-long'; lengthMs: number };

export interface ProgressRules {
  maxPlaybackRate: number;
}

/**
 * A page opens the lesson: its clocks start or run on. `completionId` is set when this call found it completed, which
 * happens when the LMS shortened the lesson.
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export function recordOpening(
  database: Database,
  key: LessonKey,
  rules: ProgressRules,
): Promise<{ lesson: LessonProgress; completionId: string | null }> {
  return changeProgress(database, key, null, (locked) =>
    settle(key, locked, recordCall(locked.state, contextOf(locked, rules))),
  );
}

/**
 * One save, one transaction: whether it came before, what it adds, what the clocks allow, whether the lesson is
 * completed. `call` is `complete` for the one call of a short video.
 * @throws ServiceError DATABASE_UNAVAILABLE; the same report may then be sent again
 */
export function recordReport(
  database: Database,
  call: 'save' | 'complete',
  report: ProgressReport,
  rules: ProgressRules,
): Promise<RecordedReport> {
  const saveId = Buffer.from(report.saveId.replaceAll('-', ''), 'hex');
  const bodyDigest = digestOf(call, report);
  const { currentVideoTimeMs, completionVideoTimeMs } = report;
  const segments = report.segments ?? [[currentVideoTimeMs - completionVideoTimeMs, currentVideoTimeMs]];
  return changeProgress(database, report.key, saveId, (locked) => {
    const context = contextOf(locked, rules);
    if (locked.savedDigest !== null) {
      const isSame = locked.savedDigest.equals(bodyDigest);
      return isSame ? repeat(report.key, locked, context) : refuseReused(report.key, locked, segments, context);
    }
    const record = call === 'save' ? recordSave : recordShortVideo;
    const decision = record(locked.state, { totalVideoTimeMs: report.totalVideoTimeMs, segments }, context);
    if (decision.outcome === 'wrong-length' || decision.outcome === 'too-long') return { write: [], result: decision };
    const { write, result } = settle(report.key, locked, decision.state);
    const { refused } = decision;
    if (decision.outcome === 'not-enough') {
      return { write, result: { outcome: 'not-enough', lesson: result.lesson, refused } };
    }
    const save = insertSave({
      memberNo: report.key.memberNo,
      saveId,
      bodyDigest,
      savedAt: locked.now,
      claimedMs: report.completionVideoTimeMs,
      creditedMs: decision.grantedMs,
      playbackRate: report.playbackRate,
    });
    return { write: [...write, save], result: { outcome: 'saved', refused, ...result } };
  });
}

interface Change<Result> {
  write: Statement[];
  result: Result;
}

/** One transaction over a lesson and its member, whose rows are made when this is the first call. */
function changeProgress<Result>(
  database: Database,
  key: LessonKey,
  saveId: Buffer | null,
  change: (locked: LockedProgress) => Change<Result>,
): Promise<Result> {
  return database.readThenWrite<ProgressRow, Result>(lockProgress(key, saveId), (rows) => {
    const locked = lockedProgress(rows);
    return locked === undefined ? { prepare: makeProgressRows(key) } : change(locked);
  });
}

function repeat(key: LessonKey, locked: LockedProgress, context: CallContext): Change<RecordedReport> {
  const { write, result } = settle(key, locked, recordCall(locked.state, context));
  return { write, result: { outcome: 'repeated', refused: [], ...result } };
}

/** Time goes on and the learner can read it; nothing is credited. */
function refuseReused(
  key: LessonKey,
  locked: LockedProgress,
  segments: readonly Segment[],
  context: CallContext,
): Change<RecordedReport> {
  const { lesson, member } = recordCall(locked.state, context);
  const refused: RefusedTime[] = [{ reason: 'save-id-reused', milliseconds: lengthOf(unionOf(segments)) }];
  const refusals = rememberRefusals(lesson.refusals, refused, context.nowMs);
  const { write } = settle(key, locked, { member, lesson: { ...lesson, refusals } });
  return { write, result: { outcome: 'save-id-reused', refused } };
}

/** Writes the new state, and the completion when it is one now and was none before. */
function settle(
  key: LessonKey,
  before: LockedProgress,
  after: ProgressState,
): Change<{ lesson: LessonProgress; completionId: string | null }> {
  const { lesson } = after;
  const write = storeProgress(key, after);
  if (lesson.completedAtMs === null || before.state.lesson.completedAtMs !== null) {
    return { write, result: { lesson, completionId: null } };
  }
  const completed = { at: new Date(lesson.completedAtMs), progressRate: summarize(lesson).rate };
  return {
    write: [...write, insertCompletion(key, completed)],
    result: { lesson, completionId: completionIdOf(key) },
  };
}

function contextOf(locked: LockedProgress, rules: ProgressRules): CallContext {
  return { nowMs: locked.now.getTime(), lmsSeconds: locked.lmsSeconds, maxPlaybackRate: rules.maxPlaybackRate };
}

/** Of everything that makes two bodies the same one, in an order of its own: how a page orders its keys means nothing. */
function digestOf(call: string, report: ProgressReport): Buffer {
  const { key, totalVideoTimeMs, currentVideoTimeMs, completionVideoTimeMs, playbackRate, segments } = report;
  const content = [
    call,
    [key.projectNo, key.eduNo, key.chasiNo, key.memberNo],
    [totalVideoTimeMs, currentVideoTimeMs, completionVideoTimeMs, playbackRate],
    segments ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest();
}
