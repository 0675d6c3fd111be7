import fc from 'fast-check';
import {
  applyCall,
  applySave,
  applyShortVideo,
  summarize,
  UNSEEN,
  type CallContext,
  type ClaimedProgress,
  type ProgressState,
} from '../../../src/domain/completion/lesson-progress';
import { lengthOf, unionOf, type Segment } from '../../../src/domain/completion/watched-segments';

const START_MS = Date.UTC(2025, 0, 20);
const MINUTE_MS = 60_000;
const LONGEST_GAP_MS = 15 * MINUTE_MS;

const at = (elapsedMs: number, changes: Partial<CallContext> = {}): CallContext => ({
  nowMs: START_MS + elapsedMs,
  lmsSeconds: null,
  maxPlaybackRate: 2,
  ...changes,
});

function saved(state: ProgressState, claimed: ClaimedProgress, context: CallContext): ProgressState {
  const decision = applySave(state, claimed, context);
  if (decision.outcome !== 'saved') throw new Error(`not saved: ${decision.outcome}`);
  return decision.state;
}

const claimOf = (totalVideoTimeMs: number, ...segments: Segment[]): ClaimedProgress => ({ totalVideoTimeMs, segments });

describe('clocks', () => {
  const LENGTH_MS = 7_200_000;
  const everything = claimOf(LENGTH_MS, [0, LENGTH_MS]);
  const creditAfter = (...calls: [elapsedMs: number, claims: boolean][]): number => {
    const last = calls.reduce(
      (state, [elapsedMs, claims]) =>
        claims ? saved(state, everything, at(elapsedMs)) : applyCall(state, at(elapsedMs)),
      UNSEEN,
    );
    return summarize(last.lesson).creditMs;
  };

  it('allow twice the time since the page opened the lesson, and two seconds once', () => {
    expect(creditAfter([0, false], [0, true])).toBe(2_000);
    expect(creditAfter([0, false], [30_000, true])).toBe(62_000);
    expect(creditAfter([0, false], [30_000, true], [31_000, true])).toBe(64_000);
  });

  it('start one save interval earlier when the first call is a save', () => {
    expect(creditAfter([0, true])).toBe(2 * 60_000 + 2_000);
    const short = saved(UNSEEN, claimOf(600_000, [0, 600_000]), at(0));
    expect(summarize(short.lesson).creditMs).toBe(2 * 10_000 + 2_000);
  });

  it('count a gap of more than 15 minutes as 15', () => {
    expect(creditAfter([0, false], [LONGEST_GAP_MS, true])).toBe(2 * LONGEST_GAP_MS + 2_000);
    expect(creditAfter([0, false], [9 * 3_600_000, true])).toBe(2 * LONGEST_GAP_MS + 2_000);
    expect(creditAfter([0, false], [LONGEST_GAP_MS, false], [2 * LONGEST_GAP_MS, true])).toBe(
      4 * LONGEST_GAP_MS + 2_000,
    );
  });

  it('do not run faster with many calls', () => {
    const often = Array.from({ length: 1_000 }, (_none, index): [number, boolean] => [index * 10, false]);
    expect(creditAfter(...often, [10_000, true])).toBe(22_000);
  });

  it('are not turned back by a call that a later call passed', () => {
    expect(creditAfter([0, false], [30_000, false], [20_000, true], [40_000, true])).toBe(82_000);
  });

  it('bound all lessons of a member together', () => {
    let member = UNSEEN.member;
    const credits = Array.from({ length: 20 }, () => {
      const opened = applyCall({ ...UNSEEN, member }, at(0));
      ({ member } = opened);
      return opened.lesson;
    }).map((lesson) => {
      const state = saved({ lesson, member }, everything, at(60_000));
      ({ member } = state);
      return summarize(state.lesson).creditMs;
    });
    expect(credits.reduce((sum, credit) => sum + credit, 0)).toBe(2 * 60_000 + 2_000);
    expect(member.creditedMs).toBe(2 * 60_000 + 2_000);
  });
});

describe('a lesson over any calls', () => {
  const LENGTH_MS = 1_200_000;
  const time = fc.integer({ min: 0, max: LENGTH_MS + 5_000 });
  const call = fc.record({
    lesson: fc.integer({ min: 0, max: 2 }),
    gapMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 3_600_000 })),
    claims: fc.option(fc.array(fc.tuple(time, time), { maxLength: 4 })),
  });
  const rate = fc.constantFrom(1, 1.5, 2, 16);

  it('never has more credit than its length, its clock and the clock of its member allow, and never less than before', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 30 }), rate, (calls, maxPlaybackRate) => {
        let nowMs = 0;
        let { member } = UNSEEN;
        const lessons = [UNSEEN.lesson, UNSEEN.lesson, UNSEEN.lesson];
        // A second, simple copy of the clocks.
        const clocks: { lastMs: number; elapsedMs: number }[] = [];
        const run = (index: number, headStartMs: number) => {
          const clock = clocks[index];
          clocks[index] =
            clock === undefined
              ? { lastMs: nowMs, elapsedMs: headStartMs }
              : { lastMs: nowMs, elapsedMs: clock.elapsedMs + Math.min(nowMs - clock.lastMs, LONGEST_GAP_MS) };
        };
        const MEMBER = lessons.length;
        for (const { lesson: index, gapMs, claims } of calls) {
          nowMs += gapMs;
          run(index, claims === null ? 0 : 60_000);
          run(MEMBER, claims === null ? 0 : 60_000);
          const before = lessons[index]!;
          const state = { lesson: before, member };
          const context = at(nowMs, { maxPlaybackRate });
          const after =
            claims === null ? applyCall(state, context) : saved(state, claimOf(LENGTH_MS, ...claims), context);
          ({ member } = after);
          lessons[index] = after.lesson;

          const credit = lengthOf(after.lesson.watched);
          expect(credit).toBeLessThanOrEqual(LENGTH_MS);
          expect(credit).toBeLessThanOrEqual(clocks[index]!.elapsedMs * maxPlaybackRate + 2_000);
          expect(unionOf([...after.lesson.watched, ...before.watched])).toEqual(after.lesson.watched);
          if (before.completedAtMs !== null) expect(after.lesson.completedAtMs).toBe(before.completedAtMs);
          expect(after.lesson.completedAtMs !== null).toBe(credit >= 0.8 * LENGTH_MS);
        }
        const all = lessons.reduce((sum, lesson) => sum + lengthOf(lesson.watched), 0);
        expect(member.creditedMs).toBe(all);
        expect(all).toBeLessThanOrEqual((clocks[MEMBER]?.elapsedMs ?? 0) * maxPlaybackRate + 2_000);
      }),
    );
  });

  it('credits an honest viewer everything, at any rate up to the fastest, with pauses, seeks and late saves', () => {
    const stretch = fc.record({
      fromMs: fc.integer({ min: 0, max: LENGTH_MS - 1 }),
      playedMs: fc.integer({ min: 1, max: 180_000 }),
      playbackRate: fc.constantFrom(0.5, 1, 1.25, 1.5, 2),
      pausedMs: fc.integer({ min: 0, max: 600_000 }),
      savesAfterwards: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 8 }), (stretches) => {
        let nowMs = 0;
        let state = applyCall(UNSEEN, at(0));
        const played: Segment[] = [];
        let unsaved: Segment[] = [];
        const save = () => {
          state = saved(state, claimOf(LENGTH_MS, ...unsaved), at(Math.ceil(nowMs)));
          unsaved = [];
        };
        for (const { fromMs, playedMs, playbackRate, pausedMs, savesAfterwards } of stretches) {
          const toMs = Math.min(LENGTH_MS, fromMs + playedMs);
          nowMs += (toMs - fromMs) / playbackRate;
          played.push([fromMs, toMs]);
          unsaved.push([fromMs, toMs]);
          if (savesAfterwards) save();
          nowMs += Math.min(pausedMs, 60_000);
        }
        save();
        expect(state.lesson.watched).toEqual(unionOf(played));
      }),
    );
  });

  it('does not drift over 1,000 saves of less than a second', () => {
    const pieceMs = 733;
    const lengthMs = 1_000 * pieceMs;
    let state = applyCall(UNSEEN, at(0));
    for (let index = 0; index < 1_000; index += 1) {
      state = saved(state, claimOf(lengthMs, [index * pieceMs, (index + 1) * pieceMs]), at((index + 1) * pieceMs));
    }
    expect(state.lesson.watched).toEqual([[0, lengthMs]]);
    expect(summarize(state.lesson)).toMatchObject({ creditMs: lengthMs, rate: 1 });
  });
});

describe("the video's length", () => {
  it("is the LMS's where it is known: that counts, also when it changes", () => {
    const opened = applyCall(UNSEEN, at(0, { lmsSeconds: 100 }));
    const state = saved(opened, claimOf(101_500, [0, 101_500]), at(MINUTE_MS, { lmsSeconds: 100 }));
    expect(summarize(state.lesson)).toMatchObject({ lengthMs: 100_000, creditMs: 100_000, rate: 1 });
    expect(summarize(applyCall(state, at(MINUTE_MS, { lmsSeconds: 200 })).lesson)).toMatchObject({
      lengthMs: 200_000,
      creditMs: 100_000,
      missingMs: 0,
    });
    const shorter = applyCall(state, at(MINUTE_MS, { lmsSeconds: 50 }));
    expect(summarize(shorter.lesson)).toMatchObject({ lengthMs: 50_000, creditMs: 50_000 });
  });

  it('completes a lesson that the LMS shortened to what was watched', () => {
    const opened = applyCall(UNSEEN, at(0, { lmsSeconds: 1_000 }));
    const state = saved(opened, claimOf(1_000_000, [0, 700_000]), at(10 * MINUTE_MS, { lmsSeconds: 1_000 }));
    expect(state.lesson.completedAtMs).toBeNull();
    const shorter = applyCall(state, at(11 * MINUTE_MS, { lmsSeconds: 800 }));
    expect(shorter.lesson.completedAtMs).toBe(START_MS + 11 * MINUTE_MS);
  });

  it('that differs too much changes nothing', () => {
    expect(applySave(UNSEEN, claimOf(10_000, [0, 10_000]), at(0, { lmsSeconds: 1_000 }))).toEqual({
      outcome: 'wrong-length',
      expectedMs: 1_000_000,
    });
  });
});

describe('the one call of a short video', () => {
  const whole = claimOf(60_000, [0, 60_000]);
  const complete = (afterMs: number, claimed: ClaimedProgress) =>
    applyShortVideo(applyCall(UNSEEN, at(0)), claimed, at(afterMs));

  it('completes it as soon as there was time to watch 80 %', () => {
    expect(complete(22_999, whole).outcome).toBe('not-enough');
    expect(complete(23_000, whole)).toMatchObject({ outcome: 'saved', grantedMs: 48_000 });
  });

  it('credits nothing when it is refused, and advances the clocks', () => {
    const refused = complete(10_000, whole);
    if (refused.outcome !== 'not-enough') throw new Error(refused.outcome);
    expect(refused.state.lesson.watched).toEqual([]);
    expect(refused.state.member.creditedMs).toBe(0);
    expect(refused.refused).toEqual([{ reason: 'faster-than-time', milliseconds: 38_000 }]);
    expect(applyShortVideo(refused.state, whole, at(23_000)).outcome).toBe('saved');
  });

  it('is refused for a part and for a longer video', () => {
    expect(complete(MINUTE_MS, claimOf(60_000, [12_001, 60_000])).outcome).toBe('not-enough');
    expect(complete(MINUTE_MS, claimOf(60_001, [0, 60_001]))).toEqual({ outcome: 'too-long', lengthMs: 60_001 });
  });
});
