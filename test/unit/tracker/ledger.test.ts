import { lengthOf, type Segment } from '../../../src/domain/completion/watched-segments';
import { createSaveId, Ledger, type Playback } from '../../../web/tracker/saving/ledger';
import type { ExplainedAnswer } from '../../../web/tracker/api/progress-answer';
import type { Save } from '../../../web/tracker/api/progress-api';

const LESSON = { projectNo: 'P', eduNo: 'E', chasiNo: 'C', memberNo: 'M' };

function open(lengthMs: number) {
  const ledger = new Ledger(LESSON);
  ledger.setVideoLength(lengthMs);
  const playback: Playback = { positionMs: 0, rate: 1 };
  return {
    ledger,
    next: (): Save | undefined => ledger.nextSave(playback),
    last: (): Save | undefined => ledger.lastSave(playback),
    /** Plays for `milliseconds`, a quarter of a second at a time. @returns the position at each save that was due */
    play(milliseconds: number): number[] {
      const due: number[] = [];
      for (const end = playback.positionMs + milliseconds; playback.positionMs < end;) {
        const from = playback.positionMs;
        playback.positionMs = Math.min(from + 250, end);
        ledger.add([from, playback.positionMs]);
        ledger.decideIfDue('played');
        const save = ledger.nextSave(playback);
        if (save === undefined) continue;
        due.push(playback.positionMs);
        ledger.confirm(save, answer(save.body.currentVideoTime, ledger.lengthMs));
      }
      return due;
    },
    moveTo(positionMs: number): void {
      playback.positionMs = positionMs;
    },
  };
}

const answer = (completionVideoTime: number, totalVideoTime: number, completed = false) => ({
  completionVideoTime,
  totalVideoTime,
  completed,
  completedAt: completed ? '2025-01-20T00:00:00.000Z' : null,
});

const explained = (credited: Segment[], totalVideoTime: number): ExplainedAnswer => ({
  ...answer(lengthOf(credited), totalVideoTime),
  explanation: { credited, refused: [], missing: { milliseconds: 0, segments: [] }, sentence: '' },
});

describe('A save is due', () => {
  test('after each ten seconds of watched time for a video of ten minutes, after each minute for a longer one', () => {
    expect(open(600_000).play(35_000)).toEqual([10_000, 20_000, 30_000]);
    expect(open(600_001).play(185_000)).toEqual([60_000, 120_000, 180_000]);
  });

  test('at the moment that completes the lesson', () => {
    expect(open(61_000).play(50_000)).toEqual([10_000, 20_000, 30_000, 40_000, 49_000]);
  });

  test('at each pause, seek, end and leaving, when something was watched since the last save', () => {
    const { ledger, next, play } = open(600_000);
    for (const occasion of ['paused', 'sought', 'ended', 'left'] as const) {
      ledger.decideIfDue(occasion);
      expect(next()).toBeUndefined();
    }
    for (const occasion of ['paused', 'sought', 'ended', 'left'] as const) {
      play(1_000);
      ledger.decideIfDue(occasion);
      const save = next()!;
      expect(save.body.completionVideoTime).toBe(1_000);
      ledger.confirm(save, answer(save.body.currentVideoTime, 600_000));
    }
  });

  test('for a short video once: at its end or at leaving, after 80 % was played', () => {
    const { ledger, next, play } = open(60_000);
    expect(play(47_900)).toEqual([]);
    for (const occasion of ['paused', 'left', 'ended'] as const) {
      ledger.decideIfDue(occasion);
      expect(next()).toBeUndefined();
    }
    expect(play(200)).toEqual([]);
    ledger.decideIfDue('paused');
    expect(next()).toBeUndefined();
    ledger.decideIfDue('left');
    const save = next()!;
    expect(save).toMatchObject({ complete: true, body: { segments: [[0, 48_100]], completionVideoTime: 48_100 } });
    ledger.confirm(save, answer(48_100, 60_000, true));
    play(5_000);
    ledger.decideIfDue('ended');
    expect(next()).toBeUndefined();
    expect(ledger.watchedParts).toEqual([[0, 53_100]]);
  });

  test('not after a skip to the end of a short video', () => {
    const { ledger, next, play, moveTo } = open(60_000);
    moveTo(59_000);
    play(1_000);
    ledger.decideIfDue('ended');
    expect(next()).toBeUndefined();
  });

  test('at the interval of the length that the server named', () => {
    const { ledger, play } = open(601_000);
    ledger.applyExplained(explained([], 600_000), []);
    expect(play(20_000)).toEqual([10_000, 20_000]);
  });

  test("at the interval of the video's present length, until the server names one", () => {
    const { ledger, play } = open(30_000);
    expect(play(20_000)).toEqual([]);
    ledger.setVideoLength(700_000);
    expect(play(100_000)).toEqual([60_000, 120_000]);
    // The answers above named the server's length.
    ledger.setVideoLength(90_000);
    expect(ledger.lengthMs).toBe(700_000);
  });

  test('not before a length is known, and then also for what was watched before', () => {
    const { ledger, next, play } = open(0);
    expect(play(100_000)).toEqual([]);
    ledger.decideIfDue('paused');
    expect(next()).toBeUndefined();
    ledger.setVideoLength(700_000);
    ledger.decideIfDue('played');
    expect(next()?.body).toMatchObject({ totalVideoTime: 700_000, segments: [[0, 100_000]] });
  });

  test('not for a short video of which less than 80 % was watched when its length is known', () => {
    const { ledger, next, play } = open(0);
    play(20_000);
    ledger.decideIfDue('left');
    ledger.setVideoLength(30_000);
    expect(next()).toBeUndefined();
    play(10_000);
    ledger.decideIfDue('ended');
    expect(next()).toMatchObject({ complete: true, body: { segments: [[0, 30_000]] } });
  });

  test('for a short part that is played again and again', () => {
    const { ledger, next } = open(600_000);
    for (let time = 0; time < 4; time += 1) ledger.add([0, 2_500]);
    ledger.decideIfDue('played');
    expect(next()?.body).toMatchObject({ segments: [[0, 2_500]], completionVideoTime: 2_500 });
  });
});

describe('A save', () => {
  test('is the same until the server counts it, whatever is played meanwhile', () => {
    const { ledger, next, play, moveTo } = open(600_000);
    play(3_000);
    ledger.decideIfDue('paused');
    const save = next()!;
    const before = JSON.stringify(save);
    moveTo(50_000);
    ledger.add([50_000, 52_000]);
    ledger.decideIfDue('sought');
    expect(JSON.stringify(next())).toBe(before);
    ledger.confirm(save, answer(3_000, 600_000));
    expect(next()?.body).toMatchObject({ segments: [[50_000, 52_000]], completionVideoTime: 2_000 });
    expect(next()?.body.saveId).not.toBe(save.body.saveId);
  });

  test('contains whole milliseconds within the video', () => {
    const { ledger, next } = open(90_000);
    ledger.add([89_000, 90_004]);
    ledger.decideIfDue('ended');
    expect(next()?.body).toMatchObject({ segments: [[89_000, 90_000]], completionVideoTime: 1_000 });
  });

  test("names the video's length, or the server's where the video has none", () => {
    const { ledger, next } = open(598_000);
    ledger.applyExplained(explained([], 600_000), []);
    ledger.add([0, 5_000]);
    ledger.decideIfDue('paused');
    const save = next()!;
    expect(save.body.totalVideoTime).toBe(598_000);
    ledger.confirm(save, answer(5_000, 600_000));
    ledger.setVideoLength(0);
    ledger.add([5_000, 10_000]);
    ledger.decideIfDue('paused');
    expect(next()?.body).toMatchObject({ totalVideoTime: 600_000, segments: [[5_000, 10_000]] });
  });

  test('waits for the length of a video that is loaded again', () => {
    const { ledger, next } = open(600_000);
    ledger.add([0, 5_000]);
    ledger.decideIfDue('paused');
    ledger.setVideoLength(0);
    expect(next()).toBeUndefined();
    ledger.setVideoLength(600_000);
    expect(next()?.body.segments).toEqual([[0, 5_000]]);
  });

  test.each([
    [1.25, 1.25],
    [0, 1],
    [-2, 1],
    [Number.NaN, 1],
    [1_000, 100],
  ])('at the rate %d names the rate %d, which the server accepts', (rate, named) => {
    const { ledger } = open(600_000);
    ledger.add([0, 5_000]);
    ledger.decideIfDue('paused');
    expect(ledger.nextSave({ positionMs: 5_000, rate })?.body.playbackRate).toBe(named);
  });

  test('that is returned comes again with another id', () => {
    const { ledger, next, play } = open(600_000);
    play(3_000);
    ledger.decideIfDue('paused');
    const save = next()!;
    ledger.returnSave(save);
    expect(next()).toBeUndefined();
    ledger.decideIfDue('returned');
    expect(next()?.body).toMatchObject({ segments: save.body.segments });
    expect(next()?.body.saveId).not.toBe(save.body.saveId);
  });

  test('is sent again with its id on the next visit, and the following parts after it', () => {
    const first = open(600_000);
    first.play(3_000);
    first.ledger.decideIfDue('paused');
    const save = first.next()!;
    first.ledger.add([3_000, 4_000]);
    const { ledger, next } = open(600_000);
    ledger.restore(first.ledger.kept(4_000));
    ledger.restore(first.ledger.kept(4_000));
    ledger.decideIfDue('returned');
    expect(next()).toEqual(save);
    expect(ledger.confirm(save, answer(3_000, 600_000))).toBe(true);
    expect(next()?.body.segments).toEqual([[3_000, 4_000]]);
  });

  test('of a closing page is sent beside one that has no answer, unless it is shorter than 1.5 s', () => {
    const { ledger, next, last } = open(600_000);
    ledger.add([0, 5_000]);
    ledger.decideIfDue('paused');
    const save = next()!;
    ledger.add([5_000, 6_000]);
    ledger.decideIfDue('left');
    expect(last()).toBeUndefined();
    ledger.add([6_000, 7_000]);
    expect(last()?.body.segments).toEqual([[5_000, 7_000]]);
    expect(next()).toEqual(save);
    expect(last()).toBeUndefined();
  });

  test('contains at most two hundred parts, and the next save contains the others', () => {
    const { ledger, next } = open(600_000);
    for (let part = 0; part < 250; part += 1) ledger.add([part * 1_000, part * 1_000 + 500]);
    ledger.decideIfDue('paused');
    const save = next()!;
    expect(save.body.segments).toHaveLength(200);
    ledger.confirm(save, answer(100_000, 600_000));
    expect(next()?.body.segments).toHaveLength(50);
  });

  test('is confirmed with the information whether the server counted all of it', () => {
    const { ledger, next, play } = open(600_000);
    play(4_000);
    ledger.decideIfDue('paused');
    const save = next()!;
    expect(ledger.confirm(save, answer(2_500, 600_000))).toBe(false);
    ledger.applyExplained(explained([[0, 2_500]], 600_000), []);
    expect(ledger.savedParts).toEqual([[0, 2_500]]);
    expect(ledger.missingMs).toBe(477_500);
  });
});

test('A save id is a random UUID', () => {
  const ids = Array.from({ length: 100 }, createSaveId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(100);
});
