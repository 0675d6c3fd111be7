import { Ledger } from '../../../web/tracker/saving/ledger';
import type { Outcome, Save } from '../../../web/tracker/api/progress-api';
import type { KeptProgress } from '../../../web/tracker/saving/kept-progress';
import type { ProgressAnswer } from '../../../web/tracker/api/progress-answer';
import { Saving } from '../../../web/tracker/saving/saving';

const LESSON = { projectNo: 'P', eduNo: 'E', chasiNo: 'C', memberNo: 'M' };
/** The length of the present video, and of the video that it replaced. */
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

describe('A refused save', () => {
  let ledger: Ledger;
  let sent: Save[];
  let kept: KeptProgress | undefined;
  /** The server's answer to a save. */
  let judge: (save: Save) => Outcome<ProgressAnswer>;

  beforeEach(() => {
    [ledger, sent, kept] = [new Ledger(LESSON), [], undefined];
  });

  function open(lengthMs = LENGTH_MS) {
    ledger.setVideoLength(lengthMs);
    return new Saving({
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
        write: (progress) => {
          kept = progress;
        },
      },
      playback: () => ({ positionMs: 0, rate: 1 }),
      retryDelaysMs: [],
      onChange() {},
    });
  }
  const answersArrived = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(resolve);
    });
  const parts = (): unknown[] => sent.map(({ body }) => body.segments);
  const byLength = ({ body }: Save): Outcome<ProgressAnswer> =>
    body.totalVideoTime === LENGTH_MS ? answered : refusal(422, 'LENGTH_MISMATCH');

  test('of an earlier visit, whose video was replaced meanwhile, is made again, and saving goes on', async () => {
    judge = byLength;
    ledger.restore({ positionMs: 0, sending: [keptSave(1, 0), keptSave(2, 5_000)], unsaved: [[9_000, 9_500]] });
    const saving = open();
    saving.saveIfDue('returned');
    await answersArrived();
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
    saving.saveIfDue('paused');
    await answersArrived();
    expect(parts().at(-1)).toEqual([[20_000, 25_000]]);
  });

  test('of an earlier visit with a wrong body is made again, also when its length is right', async () => {
    judge = ({ body }) => (body.playbackRate > 0 ? answered : refusal(400, 'BODY_INVALID'));
    ledger.restore({
      positionMs: 0,
      sending: [keptSave(1, 0, { totalVideoTime: LENGTH_MS, playbackRate: 0 })],
      unsaved: [],
    });
    const saving = open();
    saving.saveIfDue('returned');
    await answersArrived();
    expect(parts()).toEqual([[[0, 1_000]], [[0, 1_000]]]);
    expect(saving.problem).toBeUndefined();
  });

  test('with the length that the video had before is made again', async () => {
    judge = byLength;
    const saving = open(OLD_LENGTH_MS);
    ledger.add([0, 5_000]);
    ledger.decideIfDue('paused');
    const save = ledger.nextSave({ positionMs: 5_000, rate: 1 });
    ledger.setVideoLength(LENGTH_MS);
    saving.saveIfDue('played');
    await answersArrived();
    expect(sent[0]).toBe(save);
    expect(parts()).toEqual([[[0, 5_000]], [[0, 5_000]]]);
    expect(saving.problem).toBeUndefined();
  });

  test('that was made again is not made a third time, but kept, and the problem is shown', async () => {
    judge = () => refusal(422, 'LENGTH_MISMATCH');
    ledger.restore({ positionMs: 0, sending: [keptSave(1, 0), keptSave(2, 5_000)], unsaved: [] });
    const saving = open();
    for (let time = 0; time < 3; time += 1) {
      saving.saveIfDue('paused');
      await answersArrived();
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

  test('with a length that changes again and again is made again once, and once more after an answer', async () => {
    let [refusals, changes] = [1, 0];
    judge = () => {
      if (refusals === 0) return answered;
      refusals -= 1;
      ledger.setVideoLength((changes += 1) + LENGTH_MS);
      return refusal(422, 'LENGTH_MISMATCH');
    };
    const saving = open();
    for (const from of [0, 5_000]) {
      refusals = 1;
      ledger.add([from, from + 5_000]);
      saving.saveIfDue('paused');
      await answersArrived();
      expect(saving.problem).toBeUndefined();
    }
    expect(sent).toHaveLength(4);
    refusals = 10;
    ledger.add([10_000, 15_000]);
    saving.saveIfDue('paused');
    await answersArrived();
    expect(sent).toHaveLength(6);
    expect(saving.problem).toBe('LENGTH_MISMATCH');
  });

  test.each([400, 403, 413, 422])('with status %i is not repeated when it is not outdated', async (status) => {
    judge = () => refusal(status, 'NO');
    const saving = open();
    ledger.add([0, 5_000]);
    saving.saveIfDue('paused');
    saving.saveIfDue('paused');
    await answersArrived();
    expect(sent).toHaveLength(1);
    expect(saving.problem).toBe('NO');
  });

  test('that is too long for `/complete` is sent as an interval save, but not for another reason', async () => {
    for (const code of ['VIDEO_TOO_LONG', 'LENGTH_MISMATCH']) {
      [ledger, sent] = [new Ledger(LESSON), []];
      judge = ({ complete }) => (complete ? refusal(422, code) : answered);
      const saving = open(50_000);
      ledger.add([0, 45_000]);
      saving.saveIfDue('ended');
      await answersArrived();
      const isTooLong = code === 'VIDEO_TOO_LONG';
      expect(sent.map(({ complete }) => complete)).toEqual(isTooLong ? [true, false] : [true]);
      expect(saving.problem).toBe(isTooLong ? undefined : code);
    }
  });
});
