import type { ExplainedAnswer } from '../../../web/tracker/api/progress-answer';
import { ResumePoint } from '../../../web/tracker/playback/resume-point';

describe('A lecture resumes', () => {
  const answer = (completed: boolean, missingFromMs?: number): ExplainedAnswer => ({
    completed,
    completedAt: null,
    completionVideoTime: 0,
    totalVideoTime: 90_000,
    explanation: {
      credited: [],
      refused: [],
      missing: {
        milliseconds: 1,
        segments: missingFromMs === undefined ? [] : [[missingFromMs, 90_000] as const],
      },
      sentence: '',
    },
  });

  test.each([
    ['where the learner stopped in this browser', 30_000, answer(false, 50_000), 30_000],
    ['there also when it is completed', 30_000, answer(true), 30_000],
    ['in another browser where the first part is missing', undefined, answer(false, 50_000), 50_000],
    ['where the first part is missing, after the learner reached its end', 89_000, answer(false, 20_000), 20_000],
    ['at 0 when it is completed', 90_000, answer(true), 0],
    ['at 0 when it is new', undefined, answer(false, 0), 0],
    ['at 0 when only the last moment is missing', undefined, answer(false, 89_900), 0],
  ])('%s', (_, keptPositionMs, answered, expectedMs) => {
    const resumePoint = new ResumePoint();
    resumePoint.keptPositionMs = keptPositionMs;
    resumePoint.prepare(answered);
    expect(resumePoint.decide(90_000)).toBe(expectedMs);
    expect(resumePoint.isPending).toBe(false);
    expect(resumePoint.decide(90_000)).toBeUndefined();
  });

  test('where the video is, after the learner moved it or it played', () => {
    const moved = new ResumePoint();
    moved.noteSeek();
    moved.prepare(answer(false, 50_000));
    expect(moved.decide(90_000)).toBeUndefined();
    const playing = new ResumePoint();
    playing.prepare(answer(false, 50_000));
    playing.cancel();
    expect(playing.isPending).toBe(false);
  });
});
