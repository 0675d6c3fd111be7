import {
  saveOf,
  startTestServer,
  tokenFor,
  type ErrorBody,
  type Lesson,
  type TestServer,
} from '../../support/http-server';

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
  return { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L1', memberNo: `V${members}`, ...changes };
}

const save = (lesson: Lesson, segments: [number, number][], changes: Record<string, unknown> = {}) =>
  server.post('/api/progress', saveOf(lesson, LENGTH_MS, segments, changes), tokenFor(lesson.memberNo));

async function opened(lesson: Lesson, passMs: number): Promise<Lesson> {
  expect((await server.get(lesson)).status).toBe(200);
  await server.pass(lesson.memberNo, passMs);
  return lesson;
}

describe("the video's length", () => {
  const lms = { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'known' };
  beforeAll(() =>
    server.database.execute(
      `INSERT INTO openeg_roadmap_lessons (sk_id, lesson_id, unit_id, title, position, duration_seconds)
       VALUES ('SK001', 'known', 'U', 'T', 1, 600), ('SK001', 'unfilmed', 'U', 'T', 2, 0), ('SK001', 'short', 'U', 'T', 3, 60)`,
    ),
  );

  it.each([
    [587_999, 422],
    [588_000, 200],
    [612_000, 200],
    [612_001, 422],
  ])("is the LMS's, give or take 2 %% (%i is %i)", async (claimed, status) => {
    const lesson = newLesson(lms);
    const answer = await server.post<ErrorBody>(
      '/api/progress',
      saveOf(lesson, claimed, [[0, 5_000]]),
      tokenFor(lesson.memberNo),
    );
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(
      status === 200
        ? { totalVideoTime: 600_000, completionVideoTime: 5_000 }
        : { code: 'LENGTH_MISMATCH', details: { totalVideoTime: 600_000 } },
    );
  });

  it('is answered before the first save if the LMS knows it, and decides the interval', async () => {
    const { body } = await server.get(newLesson(lms));
    expect(body).toMatchObject({ totalVideoTime: 600_000, explanation: { rule: { saveInterval: 10_000 } } });
  });

  it('may differ by 2 s for a short video', async () => {
    const short = { ...lms, chasiNo: 'short' };
    const statuses = await Promise.all(
      [57_999, 58_000, 62_000, 62_001].map(async (claimed) => {
        const lesson = newLesson(short);
        const body = saveOf(lesson, claimed, [[0, 5_000]]);
        return (await server.post('/api/progress', body, tokenFor(lesson.memberNo))).status;
      }),
    );
    expect(statuses).toEqual([422, 200, 200, 422]);
  });

  it('is the first one that a page named if the LMS knows none', async () => {
    for (const chasiNo of ['unfilmed', 'unheard-of']) {
      const lesson = await opened(newLesson({ chasiNo }), 300_000);
      await save(lesson, [[0, 60_000]]);
      const { body } = await save(lesson, [[60_000, 70_000]], { totalVideoTime: 70_000 });
      expect(body).toMatchObject({ totalVideoTime: LENGTH_MS, completionVideoTime: 70_000, completed: false });
    }
  });

  it('follows the LMS when the roadmap gets it later, and a completion stays', async () => {
    const lesson = await opened(newLesson({ chasiNo: 'later' }), 900_000);
    expect((await save(lesson, [[0, 960_000]])).body.completed).toBe(true);
    await server.database.execute(
      `INSERT INTO openeg_roadmap_lessons (sk_id, lesson_id, unit_id, title, position, duration_seconds)
       VALUES ('SK001', 'later', 'U', 'T', 4, 2400)`,
    );
    expect((await server.get(lesson)).body).toMatchObject({
      totalVideoTime: 2_400_000,
      completionVideoTime: 960_000,
      progressRate: 0.4,
      completed: true,
    });
  });

  it('does not delay a save while a collection rewrites the roadmap', async () => {
    const lesson = newLesson(lms);
    await server.database.transaction(async (collection) => {
      await collection.execute("UPDATE openeg_roadmap_lessons SET title = 'T2' WHERE sk_id = 'SK001'");
      const body = saveOf(lesson, 600_000, [[0, 5_000]]);
      expect((await server.post('/api/progress', body, tokenFor(lesson.memberNo))).status).toBe(200);
    });
  });
});

describe('POST /api/progress/complete', () => {
  const complete = (lesson: Lesson, lengthMs: number, segments: [number, number][]) =>
    server.post<ErrorBody>('/api/progress/complete', saveOf(lesson, lengthMs, segments), tokenFor(lesson.memberNo));

  it('completes a video of 60 s if there was time to watch it', async () => {
    const lesson = await opened(newLesson(), 23_000);
    expect(await complete(lesson, 60_000, [[0, 48_000]])).toMatchObject({
      status: 200,
      body: { completed: true, completionVideoTime: 48_000, totalVideoTime: 60_000 },
    });
  });

  it('refuses a video of which less than 80 % can have been watched, and credits nothing', async () => {
    const lesson = await opened(newLesson(), 10_000);
    expect(await complete(lesson, 60_000, [[0, 60_000]])).toMatchObject({
      status: 409,
      body: { code: 'NOT_ENOUGH_WATCHED' },
    });
    const { body } = await server.get(lesson);
    expect(body).toMatchObject({ completionVideoTime: 0, completed: false });
    await server.pass(lesson.memberNo, 13_000);
    expect((await complete(lesson, 60_000, [[0, 60_000]])).status).toBe(200);
  });

  it('refuses a skip to the end', async () => {
    const lesson = await opened(newLesson(), 60_000);
    expect((await complete(lesson, 50_000, [[47_000, 50_000]])).status).toBe(409);
  });

  it('adds to earlier saves', async () => {
    const lesson = await opened(newLesson(), 60_000);
    await server.post('/api/progress', saveOf(lesson, 60_000, [[0, 30_000]]), tokenFor(lesson.memberNo));
    expect((await complete(lesson, 60_000, [[30_000, 48_000]])).status).toBe(200);
  });

  it('refuses a video above 60 s', async () => {
    const lesson = await opened(newLesson(), 600_000);
    expect(await complete(lesson, 60_001, [[0, 60_001]])).toMatchObject({
      status: 422,
      body: { code: 'VIDEO_TOO_LONG' },
    });
  });
});
