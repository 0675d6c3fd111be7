import { createHash } from 'node:crypto';
import type { LessonKey } from '../../../domain/completion/lesson-key';
import {
  recordCall,
  recordSave,
  recordShortVideo,
  summarize,
  type CallContext,
  type LessonProgress,
  type ProgressState,
} from '../../../domain/completion/lesson-progress';
import { rememberRefusals, type RefusedTime } from '../../../domain/completion/refusal';
import { lengthOf, unionOf, type Segment } from '../../../domain/completion/watched-segments';
import { ServiceError } from '../../../domain/shared/service-error';
import { runTogether } from './group-commit';
import type { Database } from '../core/database';
import { insertSaves, type ProgressSave } from './progress-saves';
import { completionIdOf, insertCompletion } from './video-completions';
import {
  lockedProgress,
  lockProgress,
  makeMembers,
  storeProgress,
  type LockedProgress,
  type ProgressQuestion,
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

export interface ProgressRecorder {
  /**
   * A page opens the lesson: its clocks start or run on. `completionId` is set when this call found it completed, which
   * happens when the LMS shortened the lesson.
   * @throws ServiceError DATABASE_UNAVAILABLE
   */
  open(key: LessonKey): Promise<OpenedLesson>;
  /**
   * One save in one transaction: whether it came before, what it adds, what the clocks allow, whether the lesson is
   * completed. `call` is `complete` for the one call of a short video.
   * @throws ServiceError DATABASE_UNAVAILABLE; the same report may then be sent again
   */
  report(call: ProgressCall, report: ProgressReport): Promise<RecordedReport>;
}

export interface OpenedLesson {
  lesson: LessonProgress;
  completionId: string | null;
}

export type ProgressCall = 'save' | 'complete';

export interface ProgressRules {
  maxPlaybackRate: number;
}

/** Calls of different members share a transaction when all of these are under way; enough to keep the disk busy. */
const MOST_TRANSACTIONS = 3;
/** Even with lessons of a thousand segments each these fit into one packet of 1 MiB. */
const MOST_CALLS_A_TRANSACTION = 24;

/** Two seconds of a busy server. More would only be answered after their pages gave up. */
const MOST_WAITING = 5_000;

/** What is to be stored, and what is to be answered when it is. */
interface Change<Result> {
  state: ProgressState | null;
  save: ProgressSave | null;
  result: Result;
}

interface Job extends ProgressQuestion {
  decide: (locked: LockedProgress) => Change<OpenedLesson | RecordedReport>;
}

/** Records what pages report. A member's calls are decided one after another, also over several processes. */
export function createProgressRecorder(database: Database, rules: ProgressRules): ProgressRecorder {
  const jobs = runTogether({
    keyOf: ({ key }: Job) => key.memberNo,
    run: (some) => recordTogether(database, some),
    mostRuns: MOST_TRANSACTIONS,
    mostJobs: MOST_CALLS_A_TRANSACTION,
  });
  const add = (job: Job): Promise<OpenedLesson | RecordedReport> => {
    if (jobs.waiting() < MOST_WAITING) return jobs.add(job);
    return Promise.reject(new ServiceError('DATABASE_UNAVAILABLE', 'Too many calls wait for the database.'));
  };
  const contextOf = (locked: LockedProgress): CallContext => ({
    nowMs: locked.now.getTime(),
    lmsSeconds: locked.lmsSeconds,
    maxPlaybackRate: rules.maxPlaybackRate,
  });
  return {
    open: (key) =>
      add({
        key,
        saveId: null,
        decide: (locked) => settle(key, locked, recordCall(locked.state, contextOf(locked))),
      }) as Promise<OpenedLesson>,
    report(call, report) {
      const saveId = Buffer.from(report.saveId.replaceAll('-', ''), 'hex');
      const bodyDigest = digestOf(call, report);
      return add({
        key: report.key,
        saveId,
        decide: (locked) => decideReport(call, { ...report, saveId, bodyDigest }, locked, contextOf(locked)),
      }) as Promise<RecordedReport>;
    },
  };
}

/** One transaction over calls of different members. */
function recordTogether(database: Database, jobs: readonly Job[]): Promise<(OpenedLesson | RecordedReport)[]> {
  return database.readThenWrite<(OpenedLesson | RecordedReport)[]>(lockProgress(jobs), (results) => {
    const locked = lockedProgress(jobs, results);
    const strangers = jobs.filter((_job, index) => locked[index] === undefined);
    if (strangers.length > 0) return { prepare: [makeMembers(strangers)] };
    const changes = jobs.map(({ key, decide }, index) => ({ key, before: locked[index]!, ...decide(locked[index]!) }));
    const stored = changes.flatMap(({ key, before, state }) => (state === null ? [] : [{ key, before, state }]));
    const saves = changes.flatMap(({ save }) => save ?? []);
    return {
      write: [
        ...(stored.length > 0 ? storeProgress(stored) : []),
        ...stored.flatMap(({ key, before, state }) => {
          const completed = newlyCompleted(before, state);
          return completed === null ? [] : insertCompletion(key, completed);
        }),
        ...(saves.length > 0 ? [insertSaves(saves)] : []),
      ],
      result: changes.map(({ result }) => result),
    };
  });
}

function newlyCompleted({ state: { lesson: before } }: LockedProgress, { lesson }: ProgressState) {
  if (lesson.completedAtMs === null || before.completedAtMs !== null) return null;
  return { at: new Date(lesson.completedAtMs), progressRate: summarize(lesson).rate };
}

function settle(key: LessonKey, before: LockedProgress, state: ProgressState): Change<OpenedLesson> {
  const completionId = newlyCompleted(before, state) === null ? null : completionIdOf(key);
  return { state, save: null, result: { lesson: state.lesson, completionId } };
}

function decideReport(
  call: ProgressCall,
  report: Omit<ProgressReport, 'saveId'> & { saveId: Buffer; bodyDigest: Buffer },
  locked: LockedProgress,
  context: CallContext,
): Change<RecordedReport> {
  const { key, saveId, bodyDigest, currentVideoTimeMs, completionVideoTimeMs } = report;
  const segments = report.segments ?? [[currentVideoTimeMs - completionVideoTimeMs, currentVideoTimeMs]];
  if (locked.savedDigest !== null) {
    if (!locked.savedDigest.equals(bodyDigest)) return refuseReused(locked, segments, context);
    const { state, save, result } = settle(key, locked, recordCall(locked.state, context));
    return { state, save, result: { outcome: 'repeated', refused: [], ...result } };
  }

  const record = call === 'save' ? recordSave : recordShortVideo;
  const decision = record(locked.state, { totalVideoTimeMs: report.totalVideoTimeMs, segments }, context);
  if (decision.outcome === 'wrong-length' || decision.outcome === 'too-long') {
    return { state: null, save: null, result: decision };
  }
  const { state, refused } = decision;
  if (decision.outcome === 'not-enough') {
    return { state, save: null, result: { outcome: 'not-enough', lesson: state.lesson, refused } };
  }
  return {
    state,
    save: {
      memberNo: key.memberNo,
      saveId,
      bodyDigest,
      savedAt: locked.now,
      claimedMs: completionVideoTimeMs,
      creditedMs: decision.grantedMs,
      playbackRate: report.playbackRate,
    },
    result: { outcome: 'saved', refused, ...settle(key, locked, state).result },
  };
}

/** Time goes on and the learner can read it; nothing is credited. */
function refuseReused(
  locked: LockedProgress,
  segments: readonly Segment[],
  context: CallContext,
): Change<RecordedReport> {
  const { lesson, member } = recordCall(locked.state, context);
  const refused: RefusedTime[] = [{ reason: 'save-id-reused', milliseconds: lengthOf(unionOf(segments)) }];
  const refusals = rememberRefusals(lesson.refusals, refused, context.nowMs);
  return {
    state: { member, lesson: { ...lesson, refusals } },
    save: null,
    result: { outcome: 'save-id-reused', refused },
  };
}

/** Of everything that makes two bodies the same one, in an order of its own: how a page orders its keys means nothing. */
function digestOf(call: ProgressCall, report: ProgressReport): Buffer {
  const { key, totalVideoTimeMs, currentVideoTimeMs, completionVideoTimeMs, playbackRate, segments } = report;
  const content = [
    call,
    [key.projectNo, key.eduNo, key.chasiNo, key.memberNo],
    [totalVideoTimeMs, currentVideoTimeMs, completionVideoTimeMs, playbackRate],
    segments ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest();
}
