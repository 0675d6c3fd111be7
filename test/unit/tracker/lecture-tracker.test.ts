import { HighestPercent, missingInWords } from '../../../web/tracker/lecture-tracker';

test.each([
  [{ lengthMs: 0, missingMs: 0, completed: false }, '80% 이상 시청하면 이수됩니다'],
  [{ lengthMs: 600_000, missingMs: 61_001, completed: false }, '이수(80%)까지 1분 2초 남았습니다'],
  [{ lengthMs: 600_000, missingMs: 0, completed: false }, '충분히 시청했습니다. 저장하는 중입니다'],
  [{ lengthMs: 60_000, missingMs: 0, completed: false }, '충분히 시청했습니다. 끝까지 보면 이수됩니다'],
  [{ lengthMs: 600_000, missingMs: 0, completed: true }, '이수를 마쳤습니다'],
])('%j is in words: %s', (state, words) => {
  expect(missingInWords(state)).toBe(words);
});

test('The percentage falls only when the video turns out to be longer', () => {
  const percent = new HighestPercent();
  const values = [
    [10_000, 0],
    [24_000, 30_000],
    [20_000, 30_000],
    [24_000, 30_500],
    [24_000, 700_000],
    [70_000, 700_000],
    [0, 0],
    [70_000, 699_000],
  ].map(([watchedMs, lengthMs]) => {
    percent.raise(watchedMs!, lengthMs!);
    return percent.value;
  });
  expect(values).toEqual([0, 80, 80, 80, 3, 10, 10, 10]);
});
