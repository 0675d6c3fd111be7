import { contentOfSave, decideSave, type Save } from '../../../src/domain/completion/decide-save';
import {
  applyCall,
  isNewlyCompleted,
  summarize,
  UNSEEN,
  type CallContext,
  type ProgressState,
} from '../../../src/domain/completion/lesson-progress';

const START_MS = Date.parse('2025-01-20T00:00:00Z');
const LENGTH_MS = 100_000;

const at = (afterMs: number): CallContext => ({ nowMs: START_MS + afterMs, lmsSeconds: null, maxPlaybackRate: 2 });
const opened: ProgressState = applyCall(UNSEEN, at(0));

const saveOf = (changes: Partial<Save> = {}): Save => ({
  kind: 'save',
  key: { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L1', memberNo: 'M1' },
  totalVideoTimeMs: LENGTH_MS,
  currentVideoTimeMs: 30_000,
  completionVideoTimeMs: 20_000,
  playbackRate: 1,
  segments: [[0, 10_000]],
  ...changes,
});

describe('A save that comes for the first time', () => {
  it('is credited and stored with its credit', () => {
    const { state, creditedMs, outcome } = decideSave(saveOf(), 'none', opened, at(60_000));
    expect(creditedMs).toBe(10_000);
    expect(state?.lesson.watched).toEqual([[0, 10_000]]);
    expect(outcome).toEqual({ outcome: 'saved', lesson: state?.lesson, refused: [] });
  });

  it('of an older page stands for the time that led to its position', () => {
    const { state } = decideSave(saveOf({ segments: undefined }), 'none', opened, at(60_000));
    expect(state?.lesson.watched).toEqual([[10_000, 30_000]]);
  });

  it('completes the lesson once', () => {
    const whole = saveOf({ segments: [[0, 80_000]] });
    const first = decideSave(whole, 'none', opened, at(60_000)).state!;
    expect(isNewlyCompleted(opened, first)).toBe(true);
    const second = decideSave(whole, 'none', first, at(61_000)).state!;
    expect(isNewlyCompleted(first, second)).toBe(false);
    expect(second.lesson.completedAtMs).toBe(START_MS + 60_000);
  });

  it('with a wrong length or by the call of a short video changes nothing, and leaves its saveId free', () => {
    const context = { ...at(60_000), lmsSeconds: 50 };
    expect(decideSave(saveOf(), 'none', opened, context)).toEqual({
      state: null,
      creditedMs: null,
      outcome: { outcome: 'wrong-length', expectedMs: 50_000 },
    });
    expect(decideSave(saveOf({ kind: 'complete' }), 'none', opened, at(60_000))).toEqual({
      state: null,
      creditedMs: null,
      outcome: { outcome: 'too-long', lengthMs: LENGTH_MS },
    });
  });

  it('that does not complete a short video advances the clocks, and leaves its saveId free', () => {
    const short = saveOf({ kind: 'complete', totalVideoTimeMs: 60_000, segments: [[0, 60_000]] });
    const { state, creditedMs, outcome } = decideSave(short, 'none', opened, at(10_000));
    expect(creditedMs).toBeNull();
    expect(outcome).toMatchObject({ outcome: 'not-enough' });
    expect(state?.lesson).toMatchObject({ watched: [], clock: { elapsedMs: 10_000 } });
  });
});

it('A repeated save advances the clocks and credits nothing', () => {
  const saved = decideSave(saveOf(), 'none', opened, at(60_000)).state!;
  const { state, creditedMs, outcome } = decideSave(saveOf(), 'same-content', saved, at(70_000));
  expect(creditedMs).toBeNull();
  expect(outcome).toEqual({ outcome: 'repeated', lesson: state?.lesson, refused: [] });
  expect(summarize(state!.lesson).creditMs).toBe(10_000);
  expect(state?.lesson.clock?.elapsedMs).toBe(70_000);
});

it('Another save with a used saveId is refused, and the learner can read it', () => {
  const other = saveOf({
    segments: [
      [0, 5_000],
      [4_000, 6_000],
    ],
  });
  const { state, creditedMs, outcome } = decideSave(other, 'other-content', opened, at(60_000));
  const refused = { reason: 'save-id-reused', milliseconds: 6_000 };
  expect(creditedMs).toBeNull();
  expect(outcome).toEqual({ outcome: 'save-id-reused', refused: [refused] });
  expect(state?.lesson).toMatchObject({ watched: [], refusals: [{ ...refused, atMs: START_MS + 60_000 }] });
});

it('Two saves have the same content only if every field that counts is equal', () => {
  const changes: Partial<Save>[] = [
    { kind: 'complete' },
    { key: { ...saveOf().key, eduNo: 'E2' } },
    { totalVideoTimeMs: 1 },
    { currentVideoTimeMs: 1 },
    { completionVideoTimeMs: 1 },
    { playbackRate: 2 },
    { segments: [] },
    { segments: undefined },
  ];
  expect(new Set([saveOf(), ...changes.map(saveOf)].map(contentOfSave)).size).toBe(changes.length + 1);
  // Stored digests are made of this text, so it must not change.
  expect(contentOfSave(saveOf())).toBe('["save",["SK001","E1","L1","M1"],[100000,30000,20000,1],[[0,10000]]]');
});
