import { randomUUID } from 'node:crypto';
import { saveOf, startTestServer, tokenFor, type Lesson, type TestServer } from '../../support/http-server';

/*
 * The test has its own copy of the contract's clocks: the real time since the first call plus the time that a test lets
 * pass. A gap counts as at most 15 minutes.
 */

const LENGTH_MS = 3_600_000;
const MAX_RATE = 2;
const SLACK_MS = 2_000;
const LONGEST_GAP_MS = 15 * 60_000;
const INTERVAL_MS = 60_000;

let server: TestServer;
let members = 0;

beforeAll(async () => {
  server = await startTestServer({ maxPlaybackRate: MAX_RATE });
});
afterAll(() => server?.close());

interface Cheater {
  lesson: Lesson;
  token: string;
  /** The largest credit that all lessons of the member can have together now. */
  maxCreditMs(): number;
  pass(milliseconds: number): Promise<void>;
}

/** `headStartMs` is one save interval if the first call is a save. */
function newCheater(headStartMs = 0): Cheater {
  members += 1;
  const memberNo = `X${members}`;
  const startedAt = performance.now();
  let passedMs = headStartMs;
  return {
    lesson: { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L1', memberNo },
    token: tokenFor(memberNo),
    maxCreditMs: () => (performance.now() - startedAt + passedMs) * MAX_RATE + SLACK_MS,
    async pass(milliseconds) {
      await server.pass(memberNo, milliseconds);
      passedMs += Math.min(milliseconds, LONGEST_GAP_MS);
    },
  };
}

const claim = (cheater: Cheater, segments: [number, number][], changes: Record<string, unknown> = {}) =>
  server.post('/api/progress', saveOf(cheater.lesson, LENGTH_MS, segments, changes), cheater.token);

async function creditOf({ memberNo }: Lesson): Promise<number> {
  const [row] = await server.database.query<{ credit: number }>(
    'SELECT CAST(COALESCE(SUM(completion_video_time), 0) AS DOUBLE) AS credit FROM openeg_video_progress WHERE member_no = ?',
    [memberNo],
  );
  return row!.credit;
}

async function expectWithinClocks(cheater: Cheater): Promise<void> {
  const credit = await creditOf(cheater.lesson);
  expect(credit).toBeLessThanOrEqual(cheater.maxCreditMs());
  const completions = await server.database.query('SELECT 1 FROM openeg_video_completions WHERE member_no = ?', [
    cheater.lesson.memberNo,
  ]);
  if (cheater.maxCreditMs() < 0.8 * LENGTH_MS) expect(completions).toEqual([]);
}

describe('a cheater never has more than the clocks allow', () => {
  it('who claims the whole video at once, again and again', async () => {
    const cheater = newCheater();
    await server.get(cheater.lesson);
    for (let index = 0; index < 20; index += 1) await claim(cheater, [[0, LENGTH_MS]]);
    await expectWithinClocks(cheater);
    const { body } = await server.get(cheater.lesson);
    expect(body.explanation.refused.map(({ reason }) => reason)).toContain('faster-than-time');
  });

  it('who never asked before saving', async () => {
    const cheater = newCheater(INTERVAL_MS);
    await claim(cheater, [[0, LENGTH_MS]], { playbackRate: 16 });
    await claim(cheater, [[0, LENGTH_MS]], {
      segments: undefined,
      currentVideoTime: LENGTH_MS,
      completionVideoTime: LENGTH_MS,
    });
    await expectWithinClocks(cheater);
  });

  it('who forges lengths', async () => {
    await server.database.execute(
      `INSERT INTO openeg_roadmap_lessons (sk_id, lesson_id, unit_id, title, position, duration_seconds)
       VALUES ('SK001', 'known', 'U', 'T', 1, ?)`,
      [LENGTH_MS / 1000],
    );
    const cheater = newCheater();
    cheater.lesson.chasiNo = 'known';
    await server.get(cheater.lesson);
    for (const totalVideoTime of [1_000, 60_000, LENGTH_MS / 2, LENGTH_MS * 2]) {
      expect((await claim(cheater, [[0, 1_000]], { totalVideoTime })).status).toBe(422);
    }
    const short = saveOf(cheater.lesson, 50_000, [[0, 50_000]]);
    expect((await server.post('/api/progress/complete', short, cheater.token)).status).toBe(422);
    // No roadmap knows the lesson, so the first length stays, and a shorter one cannot complete the lesson.
    const unknown = newCheater(INTERVAL_MS);
    await claim(unknown, [[0, 10_000]]);
    await claim(unknown, [[0, 10_000]], { totalVideoTime: 10_000 });
    expect((await server.get(unknown.lesson)).body).toMatchObject({ totalVideoTime: LENGTH_MS, completed: false });
  });

  it('who forges times', async () => {
    const cheater = newCheater();
    await server.get(cheater.lesson);
    const huge = 604_800_000;
    for (const times of [
      { currentVideoTime: huge, completionVideoTime: huge },
      { currentVideoTime: 0, completionVideoTime: huge },
      { currentVideoTime: LENGTH_MS, completionVideoTime: LENGTH_MS },
    ]) {
      await claim(cheater, [], { segments: undefined, ...times });
    }
    for (const segments of [[[0, huge]], [[LENGTH_MS, huge]], Array.from({ length: 1_000 }, () => [0, LENGTH_MS])]) {
      await claim(cheater, segments as [number, number][]);
    }
    for (const segments of [[[-5_000, LENGTH_MS]], [[0.5, LENGTH_MS]], [[LENGTH_MS, 0]], [['0', '9']]]) {
      expect((await claim(cheater, segments as [number, number][])).status).toBe(400);
    }
    await expectWithinClocks(cheater);
  });

  it('who replays and reorders saves', async () => {
    const cheater = newCheater();
    await server.get(cheater.lesson);
    const saves = Array.from({ length: 10 }, (_none, index) =>
      saveOf(cheater.lesson, LENGTH_MS, [[index * INTERVAL_MS, (index + 1) * INTERVAL_MS]]),
    );
    await cheater.pass(30_000);
    for (const body of [...saves].reverse()) await server.post('/api/progress', body, cheater.token);
    for (const body of [...saves, ...saves]) {
      expect((await server.post('/api/progress', body, cheater.token)).status).not.toBe(409);
    }
    for (const body of saves) {
      await server.post('/api/progress', { ...body, saveId: randomUUID() }, cheater.token);
    }
    await expectWithinClocks(cheater);
  });

  it('from ten connections at once', async () => {
    const cheater = newCheater();
    await server.get(cheater.lesson);
    await cheater.pass(10_000);
    await Promise.all(Array.from({ length: 10 }, () => claim(cheater, [[0, LENGTH_MS]])));
    await expectWithinClocks(cheater);
    expect(await creditOf(cheater.lesson)).toBeGreaterThanOrEqual(10_000 * MAX_RATE + SLACK_MS);
  });

  it('with twenty lessons side by side', async () => {
    const cheater = newCheater();
    const lessons = Array.from({ length: 20 }, (_none, index) => ({ ...cheater.lesson, chasiNo: `L${index}` }));
    await Promise.all(lessons.map((lesson) => server.get(lesson)));
    await cheater.pass(60_000);
    await Promise.all(
      lessons.map((lesson) => server.post('/api/progress', saveOf(lesson, LENGTH_MS, [[0, LENGTH_MS]]), cheater.token)),
    );
    await expectWithinClocks(cheater);
  });

  it('with twenty lessons that an older page only ever saves', async () => {
    const cheater = newCheater(INTERVAL_MS);
    for (let index = 0; index < 20; index += 1) {
      const lesson = { ...cheater.lesson, chasiNo: `L${index}` };
      await server.post('/api/progress', saveOf(lesson, LENGTH_MS, [[0, LENGTH_MS]]), cheater.token);
    }
    await expectWithinClocks(cheater);
  });

  it('who asks again and again', async () => {
    const cheater = newCheater();
    for (let index = 0; index < 40; index += 1) await server.get(cheater.lesson);
    await claim(cheater, [[0, LENGTH_MS]]);
    await expectWithinClocks(cheater);
  });

  it('whose page stays open overnight', async () => {
    const cheater = newCheater();
    await server.get(cheater.lesson);
    await cheater.pass(9 * 3_600_000);
    await claim(cheater, [[0, LENGTH_MS]]);
    await expectWithinClocks(cheater);
    expect(await creditOf(cheater.lesson)).toBeLessThan(0.8 * LENGTH_MS);
  });

  it("with another member's token, or none", async () => {
    const victim = newCheater();
    const cheater = newCheater();
    await server.get(victim.lesson);
    await server.pass(victim.lesson.memberNo, 600_000);
    const body = saveOf(victim.lesson, LENGTH_MS, [[0, 600_000]]);
    expect((await server.post('/api/progress', body, cheater.token)).status).toBe(403);
    expect((await server.post('/api/progress', body, '')).status).toBe(401);
    expect(await creditOf(victim.lesson)).toBe(0);
  });
});

it('an honest viewer beside a cheater loses nothing', async () => {
  const cheater = newCheater();
  const honest = newCheater();
  await server.get(cheater.lesson);
  await server.get(honest.lesson);
  for (let minute = 0; minute < 30; minute += 1) {
    await honest.pass(30_000);
    const flood = Promise.all(Array.from({ length: 5 }, () => claim(cheater, [[0, LENGTH_MS]])));
    // A minute of the video in 30 s is the fastest playback that earns credit.
    const answer = await claim(honest, [[minute * 60_000, (minute + 1) * 60_000]]);
    expect(answer.body).toMatchObject({ completionVideoTime: (minute + 1) * 60_000 });
    await flood;
  }
  await expectWithinClocks(cheater);
});
