import { createHash } from 'node:crypto';
import {
  contentOfSave,
  decideSave,
  type EarlierUse,
  type Save,
  type SaveOutcome,
} from '../../../domain/completion/decide-save';
import type { LessonKey } from '../../../domain/completion/lesson-key';
import {
  applyCall,
  isNewlyCompleted,
  summarize,
  type CallContext,
  type LessonProgress,
  type ProgressState,
} from '../../../domain/completion/lesson-progress';
import { ServiceError } from '../../../domain/shared/service-error';
import type { Database, Statement } from '../core/database';
import { createGroupCommit } from './group-commit';
import { insertSaves, type ProgressSave } from './progress-saves';
import { completionIdOf, insertCompletion } from './video-completions';
import {
  lockedProgress,
  lockProgress,
  makeMembers,
  storeProgress,
  type LockedProgress,
  type ProgressLookup,
} from './video-progress';

/** `completionId` is not null when this call completed the lesson. */
export type OpenedLesson = { lesson: LessonProgress; completionId: string | null };
export type RecordedSave = SaveOutcome & { completionId: string | null };

export interface ProgressRecorder {
  /**
   * Starts or advances the clocks of a lesson that a page opens. The call can complete the lesson if the LMS shortened it.
   * @throws ServiceError DATABASE_UNAVAILABLE
   */
  open(key: LessonKey): Promise<OpenedLesson>;
  /**
   * Decides and stores one save in one transaction. `saveId` is a UUID in lower case.
   * @throws ServiceError DATABASE_UNAVAILABLE; the page can send the same save again
   */
  save(saveId: string, save: Save): Promise<RecordedSave>;
}

export interface ProgressRules {
  /** The fastest playback that earns credit (OPENEG_PROGRESS_MAX_PLAYBACK_RATE). */
  maxPlaybackRate: number;
}

/** Three transactions at once keep the database's disk busy (decision 0011). */
const MAX_TRANSACTIONS = 3;
/** 24 calls fit into one packet of 1 MiB, even when each lesson has a thousand segments. */
const MAX_CALLS_PER_TRANSACTION = 24;
/** A busy server needs two seconds for this many calls. A page that waits longer gives up. */
const MAX_WAITING_CALLS = 5_000;

/** The rows to store for one call, and the answer after the commit. */
interface CallDecision {
  state: ProgressState | null;
  save: ProgressSave | null;
  outcome: { lesson: LessonProgress } | SaveOutcome;
}

interface Call extends ProgressLookup {
  decide: (locked: LockedProgress) => CallDecision;
}

type RecordedCall = CallDecision['outcome'] & { completionId: string | null };

/** Records the calls of pages. The calls of one member run one after another, also across processes. */
export function createProgressRecorder(database: Database, rules: ProgressRules): ProgressRecorder {
  const groupCommit = createGroupCommit({
    keyOf: ({ key }: Call) => key.memberNo,
    commit: (calls) => recordCalls(database, calls),
    maxTransactions: MAX_TRANSACTIONS,
    maxJobsPerTransaction: MAX_CALLS_PER_TRANSACTION,
  });
  async function record(call: Call): Promise<RecordedCall> {
    if (groupCommit.waitingJobs() >= MAX_WAITING_CALLS) {
      throw new ServiceError('DATABASE_UNAVAILABLE', 'Too many calls wait for the database.');
    }
    return groupCommit.run(call);
  }
  const contextOf = (locked: LockedProgress): CallContext => ({
    nowMs: locked.now.getTime(),
    lmsSeconds: locked.lmsSeconds,
    maxPlaybackRate: rules.maxPlaybackRate,
  });
  return {
    open: (key) =>
      record({
        key,
        saveId: null,
        decide(locked) {
          const state = applyCall(locked.state, contextOf(locked));
          return { state, save: null, outcome: { lesson: state.lesson } };
        },
      }) as Promise<OpenedLesson>,
    save(saveId, save) {
      const id = { saveId: Buffer.from(saveId.replaceAll('-', ''), 'hex'), bodyDigest: digestOf(save) };
      return record({
        key: save.key,
        saveId: id.saveId,
        decide(locked) {
          const earlierUse = earlierUseOf(locked, id.bodyDigest);
          const { state, creditedMs, outcome } = decideSave(save, earlierUse, locked.state, contextOf(locked));
          return { state, outcome, save: creditedMs === null ? null : saveRow(id, save, locked.now, creditedMs) };
        },
      }) as Promise<RecordedSave>;
    },
  };
}

/** Records calls of different members in one transaction. */
function recordCalls(database: Database, calls: readonly Call[]): Promise<RecordedCall[]> {
  return database.readThenWrite<RecordedCall[]>(lockProgress(calls), (results) => {
    const locked = lockedProgress(calls, results);
    const ofNewMembers = calls.filter((_call, index) => locked[index] === undefined);
    if (ofNewMembers.length > 0) return { prepare: [makeMembers(ofNewMembers)] };
    const decided = calls.map(({ key, decide }, index) => {
      const before = locked[index]!.state;
      const { state, save, outcome } = decide(locked[index]!);
      return { key, state, save, outcome, isCompleted: state !== null && isNewlyCompleted(before, state) };
    });
    const stored = decided.flatMap(({ key, state, isCompleted }) =>
      state === null ? [] : [{ key, state, isCompleted }],
    );
    const saves = decided.flatMap(({ save }) => save ?? []);
    return {
      write: [
        ...(stored.length > 0 ? storeProgress(stored) : []),
        ...stored.filter(({ isCompleted }) => isCompleted).map(({ key, state }) => completionOf(key, state.lesson)),
        ...(saves.length > 0 ? [insertSaves(saves)] : []),
      ],
      result: decided.map(({ key, outcome, isCompleted }) => ({
        ...outcome,
        completionId: isCompleted ? completionIdOf(key) : null,
      })),
    };
  });
}

function completionOf(key: LessonKey, lesson: LessonProgress): Statement {
  return insertCompletion(key, { at: new Date(lesson.completedAtMs!), progressRate: summarize(lesson).rate });
}

function saveRow(
  id: Pick<ProgressSave, 'saveId' | 'bodyDigest'>,
  { key, completionVideoTimeMs, playbackRate }: Save,
  savedAt: Date,
  creditedMs: number,
): ProgressSave {
  return { ...id, memberNo: key.memberNo, savedAt, claimedMs: completionVideoTimeMs, creditedMs, playbackRate };
}

function earlierUseOf({ savedDigest }: LockedProgress, bodyDigest: Buffer): EarlierUse {
  if (savedDigest === null) return 'none';
  return savedDigest.equals(bodyDigest) ? 'same-content' : 'other-content';
}

function digestOf(save: Save): Buffer {
  return createHash('sha256').update(contentOfSave(save)).digest();
}
