import { lengthOf, type Segment } from '../../../src/domain/completion/watched-segments';
import { Ledger, type Playback } from '../../../web/tracker/saving/ledger';
import type { ExplainedAnswer } from '../../../web/tracker/api/progress-answer';
import type { Save } from '../../../web/tracker/saving/save';

const LESSON = { projectNo: 'P', eduNo: 'E', chasiNo: 'C', memberNo: 'M' };

function open(lengthMs: number) {
  const ledger = new Ledger(LESSON);
  ledger.noteLength(lengthMs);
  const playback: Playback = { positionMs: 0, rate: 1 };
  return {
    ledger,
    next: (): Save | undefined => ledger.next(playback),
    last: (): Save | undefined => ledger.cutLast(playback),
    /** Plays on by `milliseconds`, a quarter of a second at a time. @returns the position at each save that was due */
    play(milliseconds: number): number[] {
      const due: number[] = [];
      for (const end = playback.positionMs + milliseconds; playback.positionMs < end;) {
        const from = playback.positionMs;
        playback.positionMs = Math.min(from + 250, end);
        ledger.add([from, playback.positionMs]);
        ledger.note('played');
        const save = ledger.next(playback);
        if (save === undefined) continue;
        due.push(playback.positionMs);
        ledger.settle(save, answer(save.body.currentVideoTime, ledger.lengthMs));
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

describe('When a save is due', () => {
  test('is each ten seconds of watched time for a video of ten minutes, each minute for a longer one', () => {
    expect(open(600_000).play(35_000)).toEqual([10_000, 20_000, 30_000]);
    expect(open(600_001).play(185_000)).toEqual([60_000, 120_000, 180_000]);
  });

  test('is the moment that completes it', () => {
    expect(open(61_000).play(50_000)).toEqual([10_000, 20_000, 30_000, 40_000, 49_000]);
  });

  test('is each pause, seek, end and leaving, when something was watched since', () => {
    const { ledger, next, play } = open(600_000);
    for (const occasion of ['paused', 'sought', 'ended', 'left'] as const) {
      ledger.note(occasion);
      expect(next()).toBeUndefined();
    }
    for (const occasion of ['paused', 'sought', 'ended', 'left'] as const) {
      play(1_000);
      ledger.note(occasion);
      const save = next()!;
      expect(save.body.completionVideoTime).toBe(1_000);
      ledger.settle(save, answer(save.body.currentVideoTime, 600_000));
    }
  });

  test('is for a short video its end, or leaving, once 80 % was played, and once', () => {
    const { ledger, next, play } = open(60_000);
    expect(play(47_900)).toEqual([]);
    for (const occasion of ['paused', 'left', 'ended'] as const) {
      ledger.note(occasion);
      expect(next()).toBeUndefined();
    }
    expect(play(200)).toEqual([]);
    ledger.note('paused');
    expect(next()).toBeUndefined();
    ledger.note('left');
    const save = next()!;
    expect(save).toMatchObject({ complete: true, body: { segments: [[0, 48_100]], completionVideoTime: 48_100 } });
    ledger.settle(save, answer(48_100, 60_000, true));
    play(5_000);
    ledger.note('ended');
    expect(next()).toBeUndefined();
    expect(ledger.watchedParts).toEqual([[0, 53_100]]);
  });

  test('is not for a skip to the end', () => {
    const { ledger, next, play, moveTo } = open(60_000);
    moveTo(59_000);
    play(1_000);
    ledger.note('ended');
    expect(next()).toBeUndefined();
  });

  test('is the interval of the length that the server named', () => {
    const { ledger, play } = open(601_000);
    ledger.takeExplained(explained([], 600_000), []);
    expect(play(20_000)).toEqual([10_000, 20_000]);
  });

  test('is the interval of the length that the video tells now, until the server names one', () => {
    const { ledger, play } = open(30_000);
    expect(play(20_000)).toEqual([]);
    ledger.noteLength(700_000);
    expect(play(100_000)).toEqual([60_000, 120_000]);
    // The server's answers named it above.
    ledger.noteLength(90_000);
    expect(ledger.lengthMs).toBe(700_000);
  });

  test('is not before there is a length, and then also for what was watched without one', () => {
    const { ledger, next, play } = open(0);
    expect(play(100_000)).toEqual([]);
    ledger.note('paused');
    expect(next()).toBeUndefined();
    ledger.noteLength(700_000);
    ledger.note('played');
    expect(next()?.body).toMatchObject({ totalVideoTime: 700_000, segments: [[0, 100_000]] });
  });

  test('is not for a short video that less than 80 % was watched of when its length is told', () => {
    const { ledger, next, play } = open(0);
    play(20_000);
    ledger.note('left');
    ledger.noteLength(30_000);
    expect(next()).toBeUndefined();
    play(10_000);
    ledger.note('ended');
    expect(next()).toMatchObject({ complete: true, body: { segments: [[0, 30_000]] } });
  });

  test('is soon for a part that is played again and again', () => {
    const { ledger, next } = open(600_000);
    for (let time = 0; time < 4; time += 1) ledger.add([0, 2_500]);
    ledger.note('played');
    expect(next()?.body).toMatchObject({ segments: [[0, 2_500]], completionVideoTime: 2_500 });
  });
});

describe('A save', () => {
  test('is the same until it is settled, whatever is played meanwhile', () => {
    const { ledger, next, play, moveTo } = open(600_000);
    play(3_000);
    ledger.note('paused');
    const save = next()!;
    const before = JSON.stringify(save);
    moveTo(50_000);
    ledger.add([50_000, 52_000]);
    ledger.note('sought');
    expect(JSON.stringify(next())).toBe(before);
    ledger.settle(save, answer(3_000, 600_000));
    expect(next()?.body).toMatchObject({ segments: [[50_000, 52_000]], completionVideoTime: 2_000 });
    expect(next()?.body.saveId).not.toBe(save.body.saveId);
  });

  test('holds whole milliseconds within the video', () => {
    const { ledger, next } = open(90_000);
    ledger.add([89_000, 90_004]);
    ledger.note('ended');
    expect(next()?.body).toMatchObject({ segments: [[89_000, 90_000]], completionVideoTime: 1_000 });
  });

  test("names this video's length, and the server's where the video tells none", () => {
    const { ledger, next } = open(598_000);
    ledger.takeExplained(explained([], 600_000), []);
    ledger.add([0, 5_000]);
    ledger.note('paused');
    const save = next()!;
    expect(save.body.totalVideoTime).toBe(598_000);
    ledger.settle(save, answer(5_000, 600_000));
    ledger.noteLength(0);
    ledger.add([5_000, 10_000]);
    ledger.note('paused');
    expect(next()?.body).toMatchObject({ totalVideoTime: 600_000, segments: [[5_000, 10_000]] });
  });

  test('waits for the length of a video that is loaded anew', () => {
    const { ledger, next } = open(600_000);
    ledger.add([0, 5_000]);
    ledger.note('paused');
    ledger.noteLength(0);
    expect(next()).toBeUndefined();
    ledger.noteLength(600_000);
    expect(next()?.body.segments).toEqual([[0, 5_000]]);
  });

  test.each([
    [1.25, 1.25],
    [0, 1],
    [-2, 1],
    [Number.NaN, 1],
    [1_000, 100],
  ])('at the rate %d names the rate %d, which the server takes', (rate, named) => {
    const { ledger } = open(600_000);
    ledger.add([0, 5_000]);
    ledger.note('paused');
    expect(ledger.next({ positionMs: 5_000, rate })?.body.playbackRate).toBe(named);
  });

  test('that is given back comes again with another id', () => {
    const { ledger, next, play } = open(600_000);
    play(3_000);
    ledger.note('paused');
    const save = next()!;
    ledger.giveBack(save);
    expect(next()).toBeUndefined();
    ledger.note('returned');
    expect(next()?.body).toMatchObject({ segments: save.body.segments });
    expect(next()?.body.saveId).not.toBe(save.body.saveId);
  });

  test('is sent again with its id on the next visit, and what followed it after that', () => {
    const first = open(600_000);
    first.play(3_000);
    first.ledger.note('paused');
    const save = first.next()!;
    first.ledger.add([3_000, 4_000]);
    const { ledger, next } = open(600_000);
    ledger.adopt(first.ledger.kept(4_000));
    ledger.adopt(first.ledger.kept(4_000));
    ledger.note('returned');
    expect(next()).toEqual(save);
    expect(ledger.settle(save, answer(3_000, 600_000))).toBe(true);
    expect(next()?.body.segments).toEqual([[3_000, 4_000]]);
  });

  test('of a closing page goes beside one that is on its way, unless it would be tiny', () => {
    const { ledger, next, last } = open(600_000);
    ledger.add([0, 5_000]);
    ledger.note('paused');
    const save = next()!;
    ledger.add([5_000, 6_000]);
    ledger.note('left');
    expect(last()).toBeUndefined();
    ledger.add([6_000, 7_000]);
    expect(last()?.body.segments).toEqual([[5_000, 7_000]]);
    expect(next()).toEqual(save);
    expect(last()).toBeUndefined();
  });

  test('holds at most two hundred parts, and the rest follows', () => {
    const { ledger, next } = open(600_000);
    for (let part = 0; part < 250; part += 1) ledger.add([part * 1_000, part * 1_000 + 500]);
    ledger.note('paused');
    const save = next()!;
    expect(save.body.segments).toHaveLength(200);
    ledger.settle(save, answer(100_000, 600_000));
    expect(next()?.body.segments).toHaveLength(50);
  });

  test('says whether the server counted what it held', () => {
    const { ledger, next, play } = open(600_000);
    play(4_000);
    ledger.note('paused');
    const save = next()!;
    expect(ledger.settle(save, answer(2_500, 600_000))).toBe(false);
    ledger.takeExplained(explained([[0, 2_500]], 600_000), []);
    expect(ledger.savedParts).toEqual([[0, 2_500]]);
    expect(ledger.missingMs).toBe(477_500);
  });
});
