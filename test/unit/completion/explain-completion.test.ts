import { explainCompletion } from '../../../src/domain/completion/explain-completion';
import { UNSEEN, type LessonProgress } from '../../../src/domain/completion/lesson-progress';
import { rememberRefusals, type Refusal } from '../../../src/domain/completion/refusal';

const NOW_MS = Date.UTC(2025, 0, 20, 3);

const lesson = (changes: Partial<LessonProgress>): LessonProgress => ({
  ...UNSEEN.lesson,
  lengthMs: 3_723_000,
  ...changes,
});

describe('the explanation', () => {
  it('says in Korean what counts and what is missing, rounded so that it never promises too much', () => {
    expect(explainCompletion(lesson({ watched: [[500, 61_400]] }), 2).sentence).toBe(
      '시청 인정 시간은 전체 1시간 2분 3초 중 1분입니다. 48분 38초 더 시청하면 이수됩니다(기준 80%).',
    );
  });

  it('says that a lesson is completed, also after its length changed', () => {
    const { sentence, missing } = explainCompletion(lesson({ watched: [[0, 60_000]], completedAtMs: NOW_MS }), 2);
    expect(sentence).toBe('이수가 완료되었습니다. 시청 인정 시간은 전체 1시간 2분 3초 중 1분입니다.');
    expect(missing).toEqual({ milliseconds: 0, segments: [] });
  });

  it('says that a lesson which got shorter is completed at the next opening', () => {
    const { sentence, missing } = explainCompletion(lesson({ watched: [[0, 700_000]], lengthMs: 850_000 }), 2);
    expect(sentence).toBe(
      '시청 인정 시간은 전체 14분 10초 중 11분 40초입니다. 기준(80%)을 채웠으므로 강의를 다시 열면 이수됩니다.',
    );
    expect(missing.milliseconds).toBe(0);
  });

  it('adds up the refusals of each reason, and leaves less than a second out of the sentence', () => {
    const refusals: Refusal[] = [
      { atMs: NOW_MS, milliseconds: 61_000, reason: 'already-counted' },
      { atMs: NOW_MS + 1, milliseconds: 90_000, reason: 'faster-than-time' },
      { atMs: NOW_MS + 2, milliseconds: 2_000, reason: 'already-counted' },
      { atMs: NOW_MS + 3, milliseconds: 400, reason: 'beyond-the-end' },
    ];
    const { sentence, refused } = explainCompletion(lesson({ watched: [[0, 1_000]], refusals }), 2);
    expect(sentence).toMatch(
      /인정되지 않은 시간: 1분 3초\(이미 인정된 구간을 다시 시청함\), 1분 30초\(실제로 지난 시간보다 빠름\)\.$/,
    );
    expect(refused).toHaveLength(4);
    expect(refused[0]).toEqual({ at: '2025-01-20T03:00:00.000Z', milliseconds: 61_000, reason: 'already-counted' });
  });

  it('holds the rule', () => {
    expect(explainCompletion(lesson({}), 1.5).rule).toEqual({
      threshold: 0.8,
      maxPlaybackRate: 1.5,
      saveInterval: 60_000,
      longestGap: 900_000,
      slack: 2_000,
    });
  });
});

describe('remembered refusals', () => {
  const again = { reason: 'already-counted', milliseconds: 1_000 } as const;

  it('become one entry when they follow each other', () => {
    const first = rememberRefusals([], [again], NOW_MS);
    const second = rememberRefusals(first, [{ reason: 'beyond-the-end', milliseconds: 5 }], NOW_MS + 1);
    expect(rememberRefusals(second, [again], NOW_MS + 60_000)).toEqual([
      { atMs: NOW_MS + 1, milliseconds: 5, reason: 'beyond-the-end' },
      { atMs: NOW_MS + 60_000, milliseconds: 2_000, reason: 'already-counted' },
    ]);
    expect(rememberRefusals(first, [again], NOW_MS + 3_600_000)).toHaveLength(2);
  });

  it('are bounded, the newest ones', () => {
    let remembered: Refusal[] = [];
    for (let hour = 0; hour < 30; hour += 1) {
      remembered = rememberRefusals(remembered, [again], NOW_MS + hour * 3_600_000);
    }
    expect(remembered).toHaveLength(20);
    expect(remembered.at(-1)?.atMs).toBe(NOW_MS + 29 * 3_600_000);
  });
});
