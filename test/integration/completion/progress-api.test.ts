import { randomUUID } from 'node:crypto';
import { saveOf, startTestServer, tokenFor, type Lesson, type TestServer } from '../../support/http-server';

const LENGTH_MS = 1_200_000;

let server: TestServer;
let members = 0;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

/** A lesson of a new member. */
function newLesson(changes: Partial<Lesson> = {}): Lesson {
  members += 1;
  return { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L1', memberNo: `M${members}`, ...changes };
}

const save = (lesson: Lesson, segments: [number, number][], changes: Record<string, unknown> = {}) =>
  server.post('/api/progress', saveOf(lesson, LENGTH_MS, segments, changes), tokenFor(lesson.memberNo));

async function opened(lesson: Lesson, passMs: number): Promise<Lesson> {
  expect((await server.get(lesson)).status).toBe(200);
  await server.pass(lesson.memberNo, passMs);
  return lesson;
}

describe('GET', () => {
  it('answers zeros for a new lesson', async () => {
    const { status, body } = await server.get(newLesson());
    expect(status).toBe(200);
    expect(body).toEqual({
      completionVideoTime: 0,
      totalVideoTime: 0,
      progressRate: 0,
      completed: false,
      completedAt: null,
      explanation: {
        rule: { threshold: 0.8, maxPlaybackRate: 2, saveInterval: null, longestGap: 900_000, slack: 2_000 },
        credited: [],
        refused: [],
        missing: { milliseconds: 0, segments: [] },
        sentence: '아직 인정된 시청 시간이 없습니다. 영상의 80% 이상을 시청하면 이수됩니다.',
      },
    });
  });

  it('takes identifiers in Korean and with slashes from the path', async () => {
    const lesson = newLesson({ eduNo: '교육/1', chasiNo: '차'.repeat(50), memberNo: '회원 1' });
    await opened(lesson, 60_000);
    await save(lesson, [[0, 30_000]]);
    expect((await server.get(lesson)).body.completionVideoTime).toBe(30_000);
  });
});

describe('POST /api/progress', () => {
  it('credits each moment once, and shows the missing parts', async () => {
    const lesson = await opened(newLesson(), 300_000);
    const first = await save(lesson, [[0, 60_000]]);
    expect(first.body).toEqual({
      completionVideoTime: 60_000,
      totalVideoTime: LENGTH_MS,
      progressRate: 0.05,
      completed: false,
      completedAt: null,
    });
    await save(lesson, [
      [30_000, 90_000],
      [600_000, 630_000],
    ]);
    const { body } = await server.get(lesson);
    expect(body.completionVideoTime).toBe(120_000);
    expect(body.explanation.credited).toEqual([
      { from: 0, to: 90_000 },
      { from: 600_000, to: 630_000 },
    ]);
    expect(body.explanation.refused).toMatchObject([{ milliseconds: 30_000, reason: 'already-counted' }]);
    expect(body.explanation.missing).toEqual({
      milliseconds: 960_000 - 120_000,
      segments: [
        [90_000, 600_000],
        [630_000, LENGTH_MS],
      ],
    });
    expect(body.explanation.sentence).toBe(
      '시청 인정 시간은 전체 20분 중 2분입니다. 14분 더 시청하면 이수됩니다(기준 80%). 인정되지 않은 시간: 30초(이미 인정된 구간을 다시 시청함).',
    );
  });

  it('credits a save without segments as the time that led to its position', async () => {
    const lesson = await opened(newLesson(), 300_000);
    const { segments: _none, ...older } = saveOf(lesson, LENGTH_MS, [[0, 60_000]], { currentVideoTime: 90_000 });
    const { body } = await server.post('/api/progress', older, tokenFor(lesson.memberNo));
    expect(body.completionVideoTime).toBe(60_000);
    expect((await server.get(lesson)).body.explanation.credited).toEqual([{ from: 30_000, to: 90_000 }]);
  });

  it('accepts JSON numbers as identifiers', async () => {
    const lesson = newLesson({ eduNo: '12', chasiNo: '34', memberNo: '90071992' });
    await opened(lesson, 60_000);
    const numbers = { eduNo: 12, chasiNo: 34, memberNo: 90071992 };
    const { status } = await save(lesson, [[0, 10_000]], numbers);
    expect(status).toBe(200);
    expect((await server.get(lesson)).body.completionVideoTime).toBe(10_000);
  });

  it('ignores unknown fields', async () => {
    const lesson = await opened(newLesson(), 60_000);
    expect((await save(lesson, [[0, 10_000]], { player: 'older', extra: { deep: true } })).status).toBe(200);
  });

  it('completes at 80 % exactly, for ever, and reports it once', async () => {
    const lesson = await opened(newLesson(), 900_000);
    const almost = await save(lesson, [[0, 959_999]]);
    expect(almost.body).toMatchObject({ completed: false, completedAt: null });
    const done = await save(lesson, [[959_999, 960_000]]);
    expect(done.body).toMatchObject({ completionVideoTime: 960_000, progressRate: 0.8, completed: true });
    expect(Date.parse(done.body.completedAt!)).toBeLessThanOrEqual(Date.now());
    const later = await save(lesson, [[0, LENGTH_MS]]);
    expect(later.body).toMatchObject({
      completionVideoTime: LENGTH_MS,
      completed: true,
      completedAt: done.body.completedAt,
    });
    const rows = await server.database.query<{ completion_id: string }>(
      'SELECT completion_id FROM openeg_video_completions WHERE member_no = ?',
      [lesson.memberNo],
    );
    expect(rows).toHaveLength(1);
    expect(server.completed.filter((id) => id === rows[0]!.completion_id)).toHaveLength(1);
    expect((await server.get(lesson)).body.explanation.missing).toEqual({ milliseconds: 0, segments: [] });
  });

  it('counts a repeated save once, and refuses another body with its saveId', async () => {
    const lesson = await opened(newLesson(), 300_000);
    const saveId = randomUUID();
    const first = await save(lesson, [[0, 60_000]], { saveId });
    const second = await save(lesson, [[0, 60_000]], { saveId: saveId.toUpperCase(), unknown: 1 });
    expect(second).toMatchObject({ status: 200, body: first.body });
    const other = await save(lesson, [[60_000, 90_000]], { saveId });
    expect(other).toMatchObject({ status: 409, body: { code: 'SAVE_ID_REUSED' } });
    const { body } = await server.get(lesson);
    expect(body.completionVideoTime).toBe(60_000);
    expect(body.explanation.refused).toMatchObject([{ milliseconds: 30_000, reason: 'save-id-reused' }]);
  });

  it('allows each saveId of a member once, over all lessons', async () => {
    const lesson = await opened(newLesson(), 300_000);
    const saveId = randomUUID();
    await save(lesson, [[0, 1_000]], { saveId });
    expect((await save(lesson, [[0, 1_000]], { saveId, chasiNo: 'L2' })).status).toBe(409);
    const other = await opened(newLesson(), 300_000);
    expect((await save(other, [[0, 1_000]], { saveId })).status).toBe(200);
  });

  it('starts the clock one interval earlier when the first call is a save', async () => {
    const long = await save(newLesson(), [[0, LENGTH_MS]]);
    expect(long.body.completionVideoTime).toBe(2 * 60_000 + 2_000);
    const lesson = newLesson();
    const short = await server.post(
      '/api/progress',
      saveOf(lesson, 600_000, [[0, 600_000]]),
      tokenFor(lesson.memberNo),
    );
    expect(short.body).toMatchObject({ completionVideoTime: 2 * 10_000 + 2_000 });
  });

  it('credits late saves after an outage in full', async () => {
    const lesson = await opened(newLesson(), 20 * 60_000);
    for (let minute = 0; minute < 20; minute += 1) {
      await save(lesson, [[minute * 60_000, (minute + 1) * 60_000]]);
    }
    expect((await server.get(lesson)).body.completionVideoTime).toBe(LENGTH_MS);
  });
});
