import { createProgram } from '../../../src/cli/program';
import { exitCodeOf } from '../../../src/cli/output/errors';
import type { CliContext } from '../../../src/cli/context';
import { saveOf, startTestServer, tokenFor, type Lesson, type TestServer } from '../../support/http-server';

const LENGTH_MS = 1_200_000;
const lesson: Lesson = { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L1', memberNo: 'M1' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

/** Runs `openeg explain` on the server's database. Resolves with its output, or rejects with its error. */
async function explain({ projectNo, eduNo, chasiNo, memberNo }: Lesson): Promise<string> {
  const lines: string[] = [];
  const context: Pick<CliContext, 'printer' | 'database' | 'maxPlaybackRate' | 'version'> = {
    printer: {
      line: (text = '') => lines.push(text),
      json: () => {},
      note: (text) => lines.push(text),
      interactive: false,
    },
    database: () => server.database,
    maxPlaybackRate: () => 2,
    version: '0.0.0',
  };
  const words = ['--project', projectNo, '--edu', eduNo, '--chasi', chasiNo, '--member', memberNo];
  await createProgram(context as CliContext).parseAsync(['node', 'openeg', 'explain', ...words]);
  return lines.join('\n');
}

const save = (segments: [number, number][]) =>
  server.post('/api/progress', saveOf(lesson, LENGTH_MS, segments), tokenFor(lesson.memberNo));

it('says that a lesson was never opened', async () => {
  expect(await explain(lesson)).toContain('Member M1 never opened lesson L1 of course E1, SK001.');
});

it('shows the credited, refused and missing parts, and does not advance the clock', async () => {
  await server.get(lesson);
  await server.pass(lesson.memberNo, 300_000);
  await save([
    [0, 90_500],
    [600_000, 660_000],
  ]);
  await save([[30_000, 60_000]]);
  const before = await server.database.query('SELECT * FROM openeg_video_progress');
  const output = await explain(lesson);
  expect(await server.database.query('SELECT * FROM openeg_video_progress')).toEqual(before);

  expect(output.split('\n')[0]).toMatch(/^시청 인정 시간은 전체 20분 중 2분 30초입니다\./);
  expect(output).toMatch(/^Length +20:00\.000$/m);
  expect(output).toMatch(/^Credited +02:30\.500 \(12\.54 %\)$/m);
  expect(output).toMatch(/^Missing +13:29\.500 to 80 %$/m);
  expect(output).toMatch(/^Completed +no$/m);
  expect(output).toMatch(/^00:00\.000 +01:30\.500 +01:30\.500$/m);
  expect(output).toMatch(/^11:00\.000 +20:00\.000 +09:00\.000$/m);
  expect(output).toMatch(/^\d{4}-\S+Z +00:30\.000 +already counted: each part of a video counts once$/m);
});

it('says that the length is unknown before the first save of a lesson that no roadmap knows', async () => {
  const unknown = { ...lesson, chasiNo: 'L2' };
  await server.get(unknown);
  const output = await explain(unknown);
  expect(output).toMatch(/^Length +unknown: no save yet$/m);
  expect(output).toMatch(/^Missing +unknown$/m);
  expect(output).toMatch(/^Completed +no$/m);
});

it('says that a lesson which the LMS shortened is completed at the next opening', async () => {
  const shortened = { ...lesson, chasiNo: 'L3', memberNo: 'M3' };
  await server.get(shortened);
  await server.pass(shortened.memberNo, 700_000);
  await server.post('/api/progress', saveOf(shortened, 1_000_000, [[0, 700_000]]), tokenFor(shortened.memberNo));
  await server.database.execute(
    `INSERT INTO openeg_roadmap_lessons (sk_id, lesson_id, unit_id, title, position, duration_seconds)
     VALUES ('SK001', 'L3', 'U1', 'T', 1, 850)`,
  );
  const output = await explain(shortened);
  expect(output.split('\n')[0]).toMatch(/강의를 다시 열면 이수됩니다\.$/);
  expect(output).toMatch(/^Missing +00:00\.000 to 80 %$/m);
  expect(output).toMatch(/^Completed +not yet: when the learner opens the lecture next$/m);
  expect((await server.get(shortened)).body.completed).toBe(true);
  expect(await explain(shortened)).toMatch(/^Completed +\d{4}-/m);
});

it('shows the time of completion, and whether the LMS has the report', async () => {
  await server.pass(lesson.memberNo, 900_000);
  await save([[0, LENGTH_MS]]);
  const output = await explain(lesson);
  expect(output).toContain('이수가 완료되었습니다.');
  expect(output).toMatch(/^Completed +\d{4}-\d{2}-\d{2}T/m);
  expect(output).toMatch(/^At the LMS +not reported yet/m);
  await server.database.execute('UPDATE openeg_video_completions SET reported_at = UTC_TIMESTAMP(3)');
  expect(await explain(lesson)).toMatch(/^At the LMS +\d{4}-\d{2}-\d{2}T/m);
});

it('refuses an invalid lesson number', async () => {
  const failure: unknown = await explain({ ...lesson, chasiNo: ' L1' }).catch((error: unknown) => error);
  expect(exitCodeOf(failure)).toBe(2);
  expect(String(failure)).toContain('chasiNo');
});
