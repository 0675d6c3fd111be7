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
import type { Database, Queryable } from './database';
import { insertSave } from './progress-saves';
import { completionIdOf, insertCompletion } from './video-completions';
import { lockProgress, storeProgress, type LockedProgress } from './video-progress';

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
  return database.transaction(async (transaction) => {
    const locked = await lockProgress(transaction, key, null);
    return store(transaction, key, locked, recordCall(locked.state, contextOf(locked, rules)));
  });
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
  const segments = report.segments ?? [
    [report.currentVideoTimeMs - report.completionVideoTimeMs, report.currentVideoTimeMs],
  ];
  return database.transaction(async (transaction): Promise<RecordedReport> => {
    const { key } = report;
    const locked = await lockProgress(transaction, key, saveId);
    const context = contextOf(locked, rules);
    if (locked.savedDigest !== null) {
      const state = recordCall(locked.state, context);
      if (locked.savedDigest.equals(bodyDigest)) {
        return { outcome: 'repeated', refused: [], ...(await store(transaction, key, locked, state)) };
      }
      const refused: RefusedTime[] = [{ reason: 'save-id-reused', milliseconds: lengthOf(unionOf(segments)) }];
      const refusals = rememberRefusals(state.lesson.refusals, refused, context.nowMs);
      await store(transaction, key, locked, { ...state, lesson: { ...state.lesson, refusals } });
      return { outcome: 'save-id-reused', refused };
    }

    const record = call === 'save' ? recordSave : recordShortVideo;
    const decision = record(locked.state, { totalVideoTimeMs: report.totalVideoTimeMs, segments }, context);
    if (decision.outcome === 'wrong-length' || decision.outcome === 'too-long') return decision;
    const stored = await store(transaction, key, locked, decision.state);
    if (decision.outcome === 'not-enough')
      return { outcome: 'not-enough', lesson: stored.lesson, refused: decision.refused };
    await insertSave(transaction, {
      memberNo: key.memberNo,
      saveId,
      bodyDigest,
      savedAt: locked.now,
      claimedMs: report.completionVideoTimeMs,
      creditedMs: decision.grantedMs,
      playbackRate: report.playbackRate,
    });
    return { outcome: 'saved', refused: decision.refused, ...stored };
  });
}

async function store(transaction: Queryable, key: LessonKey, before: LockedProgress, after: ProgressState) {
  await storeProgress(transaction, key, after);
  const { lesson } = after;
  if (lesson.completedAtMs === null || before.state.lesson.completedAtMs !== null)
    return { lesson, completionId: null };
  await insertCompletion(transaction, key, {
    at: new Date(lesson.completedAtMs),
    progressRate: summarize(lesson).rate,
  });
  return { lesson, completionId: completionIdOf(key) };
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
