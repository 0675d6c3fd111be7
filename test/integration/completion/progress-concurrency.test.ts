import { randomUUID } from 'node:crypto';
import { saveOf, startTestServer, tokenFor, type Lesson, type TestServer } from '../../support/http-server';

const LENGTH_MS = 1_200_000;
const CONNECTIONS = 10;

let server: TestServer;
let members = 0;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

function newLesson(): Lesson {
  members += 1;
  return { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L1', memberNo: `C${members}` };
}

const save = (lesson: Lesson, segments: [number, number][], changes: Record<string, unknown> = {}) =>
  server.post('/api/progress', saveOf(lesson, LENGTH_MS, segments, changes), tokenFor(lesson.memberNo));

const tenTimes = <Result>(work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: CONNECTIONS }, (_none, index) => work(index)));

describe('ten calls at once', () => {
  it('as the first ones of a member all begin the same clocks', async () => {
    const lesson = newLesson();
    const answers = await tenTimes((index) => save(lesson, [[index * 10_000, (index + 1) * 10_000]]));
    expect(answers.map(({ status }) => status)).toEqual(Array(CONNECTIONS).fill(200));
    expect((await server.get(lesson)).body.completionVideoTime).toBe(100_000);
    const rows = await server.database.query(
      'SELECT (SELECT COUNT(*) FROM openeg_progress_members WHERE member_no = ?) AS members, (SELECT COUNT(*) FROM openeg_video_progress WHERE member_no = ?) AS lessons',
      [lesson.memberNo, lesson.memberNo],
    );
    expect(rows).toEqual([{ members: 1, lessons: 1 }]);
  });

  it('from ten tabs of one lesson are all counted, each moment once', async () => {
    const lesson = newLesson();
    await server.get(lesson);
    await server.pass(lesson.memberNo, 900_000);
    const answers = await tenTimes((index) => save(lesson, [[index * 50_000, index * 50_000 + 100_000]]));
    expect(answers.map(({ status }) => status)).toEqual(Array(CONNECTIONS).fill(200));
    const { body } = await server.get(lesson);
    expect(body.completionVideoTime).toBe(550_000);
    expect(body.explanation.credited).toEqual([{ from: 0, to: 550_000 }]);
  });

  it('with one saveId and body count once, and all are answered 200', async () => {
    const lesson = newLesson();
    await server.get(lesson);
    await server.pass(lesson.memberNo, 60_000);
    const saveId = randomUUID();
    const answers = await tenTimes(() => save(lesson, [[0, 30_000]], { saveId }));
    expect(answers.map(({ status, body }) => [status, body.completionVideoTime])).toEqual(
      Array.from({ length: CONNECTIONS }, () => [200, 30_000]),
    );
    const [count] = await server.database.query(
      'SELECT COUNT(*) AS saves, SUM(credited_ms) AS credited FROM openeg_progress_saves WHERE member_no = ?',
      [lesson.memberNo],
    );
    expect(count).toEqual({ saves: 1, credited: '30000' });
  });

  it('with one saveId and ten bodies: one counts, nine are refused', async () => {
    const lesson = newLesson();
    await server.get(lesson);
    await server.pass(lesson.memberNo, 300_000);
    const saveId = randomUUID();
    const answers = await tenTimes((index) => save(lesson, [[index * 10_000, index * 10_000 + 5_000]], { saveId }));
    const refused = answers.filter(({ status }) => status === 409);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(refused).toHaveLength(CONNECTIONS - 1);
    expect((await server.get(lesson)).body.completionVideoTime).toBe(5_000);
  });

  it('that cross 80 % together complete the lesson once, at one instant', async () => {
    const lesson = newLesson();
    await server.get(lesson);
    await server.pass(lesson.memberNo, 900_000);
    await save(lesson, [[0, 950_000]]);
    const answers = await tenTimes((index) => save(lesson, [[950_000, 1_000_000 + index * 1_000]]));
    expect(new Set(answers.map(({ body }) => body.completedAt)).size).toBe(1);
    const completions = await server.database.query<{ completion_id: string }>(
      'SELECT completion_id FROM openeg_video_completions WHERE member_no = ?',
      [lesson.memberNo],
    );
    expect(completions).toHaveLength(1);
    expect(server.completed.filter((id) => id === completions[0]!.completion_id)).toHaveLength(1);
  });

  it('of ten lessons side by side share the clock of their member', async () => {
    const lesson = newLesson();
    await server.get(lesson);
    const lessons = Array.from({ length: CONNECTIONS }, (_none, index) => ({ ...lesson, chasiNo: `L${index}` }));
    await Promise.all(lessons.map((each) => server.get(each)));
    await server.pass(lesson.memberNo, 60_000);
    await Promise.all(lessons.map((each) => save(each, [[0, LENGTH_MS]])));
    const answers = await Promise.all(lessons.map((each) => server.get(each)));
    const credit = answers.reduce((sum, { body }) => sum + body.completionVideoTime, 0);
    const [member] = await server.database.query<{ clock_ms: number; credited_ms: number }>(
      'SELECT clock_ms, credited_ms FROM openeg_progress_members WHERE member_no = ?',
      [lesson.memberNo],
    );
    expect(credit).toBe(member!.credited_ms);
    expect(credit).toBeGreaterThanOrEqual(2 * 60_000 + 2_000);
    expect(credit).toBeLessThanOrEqual(2 * member!.clock_ms + 2_000);
  });
});
