import { Ledger } from '../../../web/tracker/saving/ledger';
import type { Outcome } from '../../../web/tracker/api/outcome';
import type { KeptProgress } from '../../../web/tracker/saving/kept-progress';
import type { ProgressAnswer } from '../../../web/tracker/api/progress-answer';
import type { Save } from '../../../web/tracker/saving/save';
import { createSaving } from '../../../web/tracker/saving/saving';

const LESSON = { projectNo: 'P', eduNo: 'E', chasiNo: 'C', memberNo: 'M' };
/** Of the video that is there now, and of the one that it replaced. */
const [LENGTH_MS, OLD_LENGTH_MS] = [600_000, 900_000];

const refusal = (status: number, code: string): Outcome<ProgressAnswer> => ({ kind: 'refused', status, code });
const answered: Outcome<ProgressAnswer> = {
  kind: 'answered',
  answer: { completionVideoTime: 0, totalVideoTime: LENGTH_MS, completed: false, completedAt: null },
};

function keptSave(digit: number, from: number, changes: Partial<Save['body']> = {}): Save {
  const body: Save['body'] = {
    ...LESSON,
    totalVideoTime: OLD_LENGTH_MS,
    currentVideoTime: from + 1_000,
    completionVideoTime: 1_000,
    saveId: `00000000-0000-4000-8000-00000000000${digit}`,
    playbackRate: 1,
    segments: [[from, from + 1_000]],
    ...changes,
  };
  return { complete: false, body };
}

describe('What the server refuses', () => {
  let ledger: Ledger;
  let sent: Save[];
  let kept: KeptProgress | undefined;
  /** What the server thinks of a save. */
  let judge: (save: Save) => Outcome<ProgressAnswer>;

  beforeEach(() => {
    [ledger, sent, kept] = [new Ledger(LESSON), [], undefined];
  });

  function open(lengthMs = LENGTH_MS) {
    ledger.noteLength(lengthMs);
    return createSaving({
      ledger,
      api: {
        async send(save) {
          sent.push(save);
          return judge(save);
        },
        read: () => Promise.resolve({ kind: 'unavailable', retryAfterMs: 0 }),
      },
      store: {
        read: () => undefined,
        write: (record) => {
          kept = record;
        },
      },
      playback: () => ({ positionMs: 0, rate: 1 }),
      retryDelaysMs: [],
      onChange() {},
    });
  }
  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(resolve);
    });
  const parts = (): unknown[] => sent.map(({ body }) => body.segments);
  const byLength = ({ body }: Save): Outcome<ProgressAnswer> =>
    body.totalVideoTime === LENGTH_MS ? answered : refusal(422, 'LENGTH_MISMATCH');

  test('of an earlier visit, whose video was replaced meanwhile, is cut anew, and saving goes on', async () => {
    judge = byLength;
    ledger.adopt({ positionMs: 0, sending: [keptSave(1, 0), keptSave(2, 5_000)], unsaved: [[9_000, 9_500]] });
    const saving = open();
    saving.note('returned');
    await settled();
    expect(parts()).toEqual([
      [[0, 1_000]],
      [
        [0, 1_000],
        [5_000, 6_000],
        [9_000, 9_500],
      ],
    ]);
    expect(saving.problem).toBeUndefined();
    expect(kept).toMatchObject({ sending: [], unsaved: [] });
    ledger.add([20_000, 25_000]);
    saving.note('paused');
    await settled();
    expect(parts().at(-1)).toEqual([[20_000, 25_000]]);
  });

  test('of an earlier visit for what was wrong with it, is cut anew also when its length is right', async () => {
    judge = ({ body }) => (body.playbackRate > 0 ? answered : refusal(400, 'BODY_INVALID'));
    ledger.adopt({
      positionMs: 0,
      sending: [keptSave(1, 0, { totalVideoTime: LENGTH_MS, playbackRate: 0 })],
      unsaved: [],
    });
    const saving = open();
    saving.note('returned');
    await settled();
    expect(parts()).toEqual([[[0, 1_000]], [[0, 1_000]]]);
    expect(saving.problem).toBeUndefined();
  });

  test('for the length that the video told before, is cut anew', async () => {
    judge = byLength;
    const saving = open(OLD_LENGTH_MS);
    ledger.add([0, 5_000]);
    ledger.note('paused');
    const save = ledger.next({ positionMs: 5_000, rate: 1 });
    ledger.noteLength(LENGTH_MS);
    saving.note('played');
    await settled();
    expect(sent[0]).toBe(save);
    expect(parts()).toEqual([[[0, 5_000]], [[0, 5_000]]]);
    expect(saving.problem).toBeUndefined();
  });

  test('again is not repeated, but kept, and said', async () => {
    judge = () => refusal(422, 'LENGTH_MISMATCH');
    ledger.adopt({ positionMs: 0, sending: [keptSave(1, 0), keptSave(2, 5_000)], unsaved: [] });
    const saving = open();
    for (let time = 0; time < 3; time += 1) {
      saving.note('paused');
      await settled();
    }
    expect(sent).toHaveLength(2);
    expect(saving.problem).toBe('LENGTH_MISMATCH');
    expect(kept).toMatchObject({
      sending: [],
      unsaved: [
        [0, 1_000],
        [5_000, 6_000],
      ],
    });
  });

  test('for a length that goes on changing, is cut anew once, and once more after an answer', async () => {
    let [refusals, changes] = [1, 0];
    judge = () => {
      if (refusals === 0) return answered;
      refusals -= 1;
      ledger.noteLength((changes += 1) + LENGTH_MS);
      return refusal(422, 'LENGTH_MISMATCH');
    };
    const saving = open();
    for (const from of [0, 5_000]) {
      refusals = 1;
      ledger.add([from, from + 5_000]);
      saving.note('paused');
      await settled();
      expect(saving.problem).toBeUndefined();
    }
    expect(sent).toHaveLength(4);
    refusals = 10;
    ledger.add([10_000, 15_000]);
    saving.note('paused');
    await settled();
    expect(sent).toHaveLength(6);
    expect(saving.problem).toBe('LENGTH_MISMATCH');
  });

  test.each([400, 403, 413, 422])('with %i is not repeated when nothing about it is outdated', async (status) => {
    judge = () => refusal(status, 'NO');
    const saving = open();
    ledger.add([0, 5_000]);
    saving.note('paused');
    saving.note('paused');
    await settled();
    expect(sent).toHaveLength(1);
    expect(saving.problem).toBe('NO');
  });

  test('as too long for the one call of a short video goes as a save, for any other reason not', async () => {
    for (const code of ['VIDEO_TOO_LONG', 'LENGTH_MISMATCH']) {
      [ledger, sent] = [new Ledger(LESSON), []];
      judge = ({ complete }) => (complete ? refusal(422, code) : answered);
      const saving = open(50_000);
      ledger.add([0, 45_000]);
      saving.note('ended');
      await settled();
      const isInParts = code === 'VIDEO_TOO_LONG';
      expect(sent.map(({ complete }) => complete)).toEqual(isInParts ? [true, false] : [true]);
      expect(saving.problem).toBe(isInParts ? undefined : code);
    }
  });
});
