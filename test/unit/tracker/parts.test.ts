import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildWeb } from '../../../tools/build-web';
import { createHighestPercent } from '../../../web/tracker/highest-percent';
import { missingInWords } from '../../../web/tracker/ui/missing-in-words';
import { clockTime } from '../../../web/lecture-page/clock-time';
import { pageParameters } from '../../../web/lecture-page/page-parameters';
import { parseExplainedAnswer } from '../../../web/tracker/api/progress-answer';
import { resumePositionMs } from '../../../web/tracker/resume-position-ms';
import { retryAfterMs } from '../../../web/tracker/api/retry-after-ms';
import { createSaveId } from '../../../web/tracker/saving/save-id';
import { temporaryDirectory } from '../../support/test-run';

describe('The built module', () => {
  test('is one file of at most 10 kB, compressed', async () => {
    const directory = temporaryDirectory('tracker');
    await buildWeb(directory);
    const built = readFileSync(join(directory, 'tracker/index.js'));
    expect(gzipSync(built).length).toBeLessThanOrEqual(10_240);
    expect(gzipSync(built).length).toBeGreaterThan(1_000);
    expect(built.toString()).not.toMatch(/\bimport\b[^(]*?from|\brequire\(/);
  });
});

test('A save id is a random UUID', () => {
  const ids = Array.from({ length: 100 }, createSaveId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(100);
});

test.each([
  [null, 0],
  ['', 0],
  ['nonsense', 0],
  ['3', 3_000],
  ['-3', 0],
  ['86400', 300_000],
  ['Mon, 20 Jan 2025 00:00:10 GMT', 10_000],
  ['Mon, 20 Jan 2025 00:00:00 GMT', 0],
])('Retry-After %p is %d ms', (header, expected) => {
  expect(retryAfterMs(header, Date.parse('2025-01-20T00:00:00Z'))).toBe(expected);
});

describe('Where a lecture goes on', () => {
  const at = (completed: boolean, missingFromMs?: number) => ({
    completed,
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
    ['where one stopped in this browser', 30_000, at(false, 50_000), 30_000],
    ['there also when it is completed', 30_000, at(true), 30_000],
    ['in another browser where the first part is missing', undefined, at(false, 50_000), 50_000],
    ['there also after its end', 89_000, at(false, 20_000), 20_000],
    ['at the beginning of a completed one', 90_000, at(true), 0],
    ['at the beginning of a new one', undefined, at(false, 0), 0],
    ['at the beginning when only the last moment is missing', undefined, at(false, 89_900), 0],
  ])('is %s', (_, keptMs, answer, expected) => {
    expect(resumePositionMs(keptMs, 90_000, answer)).toBe(expected);
  });
});

test('The percentage never falls, unless the video turns out to be longer', () => {
  const percent = createHighestPercent();
  const seen = [
    [10_000, 0],
    [24_000, 30_000],
    [20_000, 30_000],
    [24_000, 30_500],
    [24_000, 700_000],
    [70_000, 700_000],
    [0, 0],
    [70_000, 699_000],
  ].map(([watchedMs, lengthMs]) => {
    percent.note(watchedMs!, lengthMs!);
    return percent.value;
  });
  expect(seen).toEqual([0, 80, 80, 80, 3, 10, 10, 10]);
});

test.each([
  [{ lengthMs: 0, missingMs: 0, completed: false }, '80% 이상 시청하면 이수됩니다'],
  [{ lengthMs: 600_000, missingMs: 61_001, completed: false }, '이수(80%)까지 1분 2초 남았습니다'],
  [{ lengthMs: 600_000, missingMs: 0, completed: false }, '충분히 시청했습니다. 저장하는 중입니다'],
  [{ lengthMs: 60_000, missingMs: 0, completed: false }, '충분히 시청했습니다. 끝까지 보면 이수됩니다'],
  [{ lengthMs: 600_000, missingMs: 0, completed: true }, '이수를 마쳤습니다'],
])('%j is in words: %s', (state, words) => {
  expect(missingInWords(state)).toBe(words);
});

test.each([
  [0, '0:00'],
  [65_999, '1:05'],
  [3_723_000, '1:02:03'],
])('%d ms are %s on a player', (milliseconds, time) => {
  expect(clockTime(milliseconds)).toBe(time);
});

describe("The page's address", () => {
  const token = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
  const address = (changes: Record<string, string>): string =>
    `https://lms.example.com/x/demo/watch?${new URLSearchParams({
      project: 'P',
      edu: 'E',
      chasi: 'C',
      token: token({ sub: '회원 1' }),
      src: 'clip.mp4',
      ...changes,
    })}`;

  test('says which lesson, whose, and which video', () => {
    expect(pageParameters(address({}))).toMatchObject({
      lesson: { projectNo: 'P', eduNo: 'E', chasiNo: 'C', memberNo: '회원 1' },
      videoUrl: 'https://lms.example.com/x/demo/clip.mp4',
    });
    expect(pageParameters(address({ src: '/v/a.mp4' }))?.videoUrl).toBe('https://lms.example.com/v/a.mp4');
    expect(pageParameters(address({ src: 'http://cdn.example.com/a' }))?.videoUrl).toBe('http://cdn.example.com/a');
    expect(pageParameters(address({ token: token({ sub: 17 }) }))?.lesson.memberNo).toBe('17');
  });

  test.each<Record<string, string>>([
    { project: '' },
    { src: '' },
    { src: 'javascript:alert(1)' },
    { src: 'data:video/mp4,x' },
    { src: 'http://' },
    { token: '' },
    { token: 'a.b' },
    { token: 'e30.e30.x' },
  ])('is refused with %j', (changes) => {
    expect(pageParameters(address(changes))).toBeUndefined();
  });
});

test.each([
  undefined,
  null,
  'a page of a portal',
  { completionVideoTime: 1 },
  { completionVideoTime: 1, totalVideoTime: 2, completed: true, completedAt: null },
  { completionVideoTime: 1, totalVideoTime: 2, completed: true, completedAt: null, explanation: { credited: [{}] } },
])('%j is no answer of the server', (value) => {
  expect(parseExplainedAnswer(value)).toBeUndefined();
});
