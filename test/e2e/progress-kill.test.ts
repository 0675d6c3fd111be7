import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgressAnswer } from '../../src/http/progress/progress-schemas';
import { startSystem, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

/*
 * 500 members save 20 times each, tab by tab, while the server is killed and the database restarted. Each client does
 * what the contract asks of a page: after 429, 5xx or no answer it sends the same save again.
 */

const MEMBERS = 500;
const SAVES_EACH = 20;
const CLIENTS = 40;
const PIECE_MS = 30_000;
const LENGTH_MS = 720_000;
const SERVER_KILLS = 4;

let system: System;
let serverUrl = '';

beforeAll(async () => {
  system = await startSystem({
    simulator: { cohorts: 1, size: { students: 1 } },
    environment: { OPENEG_LOG_LEVEL: 'warn' },
  });
  await system.openeg('migrate');
  await system.importCohorts();
});
afterAll(() => system?.stop());

interface Viewer {
  memberNo: string;
  token: string;
  projectNo: string;
  /** Parts of the video in the order in which they are played: not the video's own order. */
  pieces: [number, number][];
}

function newViewer(index: number): Viewer {
  const memberNo = `M${index}`;
  const signed = [{ alg: 'HS256' }, { sub: memberNo }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const secret = system.environment.OPENEG_PROGRESS_JWT_SECRET!;
  const pieces = Array.from({ length: SAVES_EACH }, (_none, piece): [number, number] => {
    const from = ((piece * 7 + index) % SAVES_EACH) * PIECE_MS;
    return [from, from + PIECE_MS];
  });
  return {
    memberNo,
    projectNo: system.simulator.cohorts()[0]!.skId,
    token: `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`,
    pieces,
  };
}

/** Asks until the answer is a success. What can never become one fails the test. */
async function insist(viewer: Viewer, method: 'GET' | 'POST', path: string, body?: object): Promise<ProgressAnswer> {
  const headers = { authorization: `Bearer ${viewer.token}`, 'content-type': 'application/json' };
  for (;;) {
    const response = await fetch(`${serverUrl}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    }).catch(() => undefined);
    const answer = (await response?.json().catch(() => undefined)) as ProgressAnswer | undefined;
    if (response?.ok && answer !== undefined) return answer;
    if (response !== undefined && response.status < 500 && response.status !== 429 && !response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    }
    await sleep(50 + Math.random() * 200);
  }
}

const open = (viewer: Viewer) => insist(viewer, 'GET', `/api/progress/${viewer.projectNo}/E1/L1/${viewer.memberNo}`);

const save = (viewer: Viewer, segment: [number, number]) =>
  insist(viewer, 'POST', '/api/progress', {
    projectNo: viewer.projectNo,
    eduNo: 'E1',
    chasiNo: 'L1',
    memberNo: viewer.memberNo,
    totalVideoTime: LENGTH_MS,
    currentVideoTime: segment[1],
    completionVideoTime: PIECE_MS,
    saveId: randomUUID(),
    segments: [segment],
  });

/** Runs `work` for each viewer, so many at once as there are clients. */
async function eachViewer(viewers: readonly Viewer[], work: (viewer: Viewer) => Promise<void>): Promise<void> {
  const waiting = [...viewers];
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let viewer = waiting.pop(); viewer !== undefined; viewer = waiting.pop()) await work(viewer);
    }),
  );
}

it('loses and doubles nothing when the server is killed and the database restarted amid 10,000 saves', async () => {
  const worker = await system.startWorker();
  let server = await system.startServer();
  serverUrl = server.url;
  const viewers = Array.from({ length: MEMBERS }, (_none, index) => newViewer(index));

  await eachViewer(viewers, async (viewer) => void (await open(viewer)));
  // They opened the lecture a quarter of an hour ago and have watched since.
  for (const table of ['openeg_progress_members', 'openeg_video_progress']) {
    await system.database.execute(`UPDATE ${table} SET last_call_at = last_call_at - INTERVAL 15 MINUTE`);
  }

  let saved = 0;
  const saving = eachViewer(viewers, async (viewer) => {
    for (const piece of viewer.pieces) {
      await save(viewer, piece);
      saved += 1;
    }
  });
  const breaking = (async () => {
    for (let kill = 1; kill <= SERVER_KILLS; kill += 1) {
      const due = (kill * MEMBERS * SAVES_EACH) / (SERVER_KILLS + 1);
      await waitUntil(() => saved >= due, { deadlineMs: 240_000, what: `${due} saves` });
      server.signal('SIGKILL');
      await server.exited;
      if (kill === 2) await system.databaseServer.kill();
      const starting = system.startServer();
      if (kill === 2) await system.databaseServer.restart();
      server = await starting;
      serverUrl = server.url;
    }
  })();
  await Promise.all([saving, breaking]);
  expect(saved).toBe(MEMBERS * SAVES_EACH);

  const watchedMs = SAVES_EACH * PIECE_MS;
  const rows = await system.database.query<{ credit: number; completed: number; members: number }>(
    `SELECT completion_video_time AS credit, completed, COUNT(*) AS members FROM openeg_video_progress
     GROUP BY completion_video_time, completed`,
  );
  expect(rows).toEqual([{ credit: watchedMs, completed: 1, members: MEMBERS }]);
  const [saves] = await system.database.query<{ saves: number; credited: string }>(
    'SELECT COUNT(*) AS saves, SUM(credited_ms) AS credited FROM openeg_progress_saves',
  );
  expect(saves).toEqual({ saves: MEMBERS * SAVES_EACH, credited: String(MEMBERS * watchedMs) });

  await waitUntil(() => system.simulator.completions().length === MEMBERS, {
    deadlineMs: 240_000,
    what: 'the LMS has every completion',
  });
  const completed = system.simulator.completions();
  expect(new Set(completed.map(({ memberNo }) => memberNo)).size).toBe(MEMBERS);
  await waitUntil(
    async () =>
      (await system.database.query('SELECT 1 FROM openeg_video_completions WHERE reported_at IS NULL')).length === 0,
    { deadlineMs: 60_000, what: 'every completion is noted as reported' },
  );
  expect(system.simulator.completions()).toHaveLength(MEMBERS);
  expect(worker.running()).toBe(true);
}, 600_000);
