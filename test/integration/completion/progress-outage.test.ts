import { randomUUID } from 'node:crypto';
import { openDatabase } from '../../../src/adapters/database/core/database';
import { createLogger } from '../../../src/adapters/logger';
import { createMetrics } from '../../../src/adapters/metrics';
import { createHttpServer } from '../../../src/http/create-http-server';
import { createTestDatabase, startOwnDatabaseServer, type TestDatabase } from '../../support/database';
import { waitUntil } from '../../support/wait-until';
import { JWT_SECRET, LECTURE_PAGE, saveOf, tokenFor } from '../../support/http-server';

const lesson = { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L1', memberNo: 'M1' };
const headers = { authorization: `Bearer ${tokenFor('M1')}`, 'content-type': 'application/json' };

let databaseServer: Awaited<ReturnType<typeof startOwnDatabaseServer>>;
let test: TestDatabase;
let url: string;
let close: (() => Promise<void>) | undefined;
let metricsText: () => Promise<string>;

beforeAll(async () => {
  databaseServer = await startOwnDatabaseServer();
  test = await createTestDatabase(databaseServer);
  const database = openDatabase({ ...test.options, statementTimeoutMs: 2_000 });
  const metrics = createMetrics();
  metricsText = () => metrics.registry.metrics();
  const app = await createHttpServer({
    database,
    metrics,
    logger: createLogger('silent'),
    jwtSecret: JWT_SECRET,
    allowedOrigins: [],
    rules: { maxPlaybackRate: 2 },
    onCompleted: () => {},
    health: {
      parts: {
        database: { required: true, probe: () => database.query('SELECT 1').then(() => 'reachable') },
        temporal: { required: false, probe: () => Promise.reject(new Error('away')) },
      },
      metrics: metricsText,
    },
    lecturePageDirectory: LECTURE_PAGE,
  });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
  close = async () => {
    await app.close();
    await database.close();
  };
});
afterAll(async () => {
  await close?.();
  await test.drop().finally(() => databaseServer.stop());
});

const post = (body: object) => fetch(`${url}/api/progress`, { method: 'POST', headers, body: JSON.stringify(body) });
const status = async (path: string) => (await fetch(`${url}${path}`)).status;
/** Waits, because on a busy machine a probe can exceed its two seconds. */
const comesToBeReady = () =>
  waitUntil(
    async () => {
      const response = await fetch(`${url}/readyz`);
      return response.status === 200 && response;
    },
    { deadlineMs: 60_000, what: 'it is ready' },
  );

it('answers 503 while the database is away or hangs, and counts the repeated save afterwards', async () => {
  const body = saveOf(lesson, 1_200_000, [[0, 60_000]], { saveId: randomUUID() });
  const ready = await comesToBeReady();
  expect(await ready.json()).toMatchObject({ status: 'degraded' });

  databaseServer.signal('SIGSTOP');
  const hanging = await post(body);
  databaseServer.signal('SIGCONT');
  expect(hanging.status).toBe(503);
  expect(Number(hanging.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);

  await databaseServer.kill();
  const away = await post(body);
  expect(away.status).toBe(503);
  expect(await away.json()).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('the same request'),
  });
  expect(await status('/readyz')).toBe(503);
  expect(await status('/livez')).toBe(200);
  expect(await metricsText()).toContain('openeg_progress_saves_total{outcome="unavailable"} 2');

  await databaseServer.restart();
  const saved = await waitUntil(
    async () => {
      const response = await post(body);
      return response.status === 200 && ((await response.json()) as { completionVideoTime: number });
    },
    { deadlineMs: 60_000, what: 'the save is taken' },
  );
  expect(saved.completionVideoTime).toBe(60_000);
  expect(await (await post(body)).json()).toMatchObject({ completionVideoTime: 60_000 });
  await comesToBeReady();
});
