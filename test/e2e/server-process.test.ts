import { createHmac, randomUUID } from 'node:crypto';
import { startGuarded } from '../../tools/servers/guarded-process';
import { startSystem, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

const deadlineMs = 120_000;

let system: System;
let projectNo: string;

beforeAll(async () => {
  system = await startSystem({ simulator: { cohorts: 1, size: { students: 1 } } });
  await system.openeg('migrate');
  await system.importCohorts();
  projectNo = system.simulator.cohorts()[0]!.skId;
});
afterAll(() => system?.stop());

function authorization(memberNo: string): { authorization: string } {
  const signed = [{ alg: 'HS256' }, { sub: memberNo }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = createHmac('sha256', system.environment.OPENEG_PROGRESS_JWT_SECRET!).update(signed);
  return { authorization: `Bearer ${signed}.${signature.digest('base64url')}` };
}

const open = (url: string, memberNo: string) =>
  fetch(`${url}/api/progress/${projectNo}/E1/L1/${memberNo}`, { headers: authorization(memberNo) });

const complete = (url: string, memberNo: string) =>
  fetch(`${url}/api/progress/complete`, {
    method: 'POST',
    headers: { ...authorization(memberNo), 'content-type': 'application/json' },
    body: JSON.stringify({
      projectNo,
      eduNo: 'E1',
      chasiNo: 'L1',
      memberNo,
      totalVideoTime: 20_000,
      currentVideoTime: 20_000,
      completionVideoTime: 20_000,
      saveId: randomUUID(),
    }),
  });

it('takes saves without Temporal, and reports the completion when it is back', async () => {
  const { url } = await system.startServer();
  await system.temporal.kill();
  expect((await open(url, 'B')).status).toBe(200);
  // An older page that never asked: its clock starts one interval earlier, which is enough for a video of 20 s.
  const answer = await complete(url, 'A');
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ completed: true });
  // A probe that takes more than two seconds counts as failed.
  const ready = await waitUntil(
    async () => {
      const response = await fetch(`${url}/readyz`);
      return response.status === 200 && response;
    },
    { deadlineMs, what: 'the server is ready' },
  );
  expect(await ready.json()).toMatchObject({
    ...{ status: 'degraded', parts: { database: { ok: true }, temporal: { ok: false } } },
  });
  await system.temporal.restart();
  const worker = await system.startWorker();
  await waitUntil(() => system.simulator.completions().some(({ memberNo }) => memberNo === 'A'), {
    deadlineMs,
    what: 'the LMS has the completion',
  });
  await worker.stop();
});

it('answers calls that are under way when it is told to stop, and ends with 0', async () => {
  const server = await system.startServer();
  const calls = Array.from({ length: 50 }, (_none, index) => open(server.url, `S${index}`));
  await Promise.any(calls);
  server.signal('SIGTERM');
  // Those whose connection was not taken up any more are refused, which a page tries again: nobody is answered by half.
  for (const call of await Promise.allSettled(calls)) {
    if (call.status === 'fulfilled') expect(call.value.status).toBe(200);
    else
      expect(call.reason).toMatchObject({ cause: { code: expect.stringMatching(/ECONNREFUSED|ECONNRESET|SOCKET/) } });
  }
  expect(await server.exited).toBe(0);
  const log = server.lines.map((line) => JSON.parse(line) as { msg: string });
  expect(log.at(-1)?.msg).toBe('Stopped');
});

it('serves metrics, logs routes without members or tokens, and the page', async () => {
  const server = await system.startServer();
  await open(server.url, 'member-in-the-path');
  await fetch(`${server.url}/demo/watch?token=token-in-the-query`);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^openeg_database_connections\{state="open"\} [1-9]/m);
  await server.stop();
  const written = server.lines.join('\n');
  expect(written).toContain('/api/progress/:projectNo/:eduNo/:chasiNo/:memberNo');
  expect(written).not.toContain('member-in-the-path');
  expect(written).not.toContain('token-in-the-query');
  expect(written).not.toContain('Bearer');
});

/** Runs the server with other variables to its end. */
async function runServer(changes: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> {
  const lines: string[] = [];
  const server = startGuarded({
    command: process.execPath,
    parameters: ['dist/server.js'],
    environment: { ...system.environment, ...changes },
    onLine: (line) => lines.push(line),
  });
  return { code: await server.exited, output: lines.join('\n') };
}

it('names every wrong variable and ends with 78', async () => {
  const { code, output } = await runServer({
    OPENEG_HTTP_PORT: 'eighty',
    OPENEG_PROGRESS_JWT_SECRET: '',
    OPENEG_SLEEP_TIME: 'often',
  });
  expect(code).toBe(78);
  for (const name of ['OPENEG_HTTP_PORT', 'OPENEG_PROGRESS_JWT_SECRET', 'OPENEG_SLEEP_TIME']) {
    expect(output).toContain(name);
  }
  expect(output.split('\n')).toHaveLength(1);
});

it('says which port is taken and ends with 1', async () => {
  const { url } = await system.startServer();
  const { port } = new URL(url);
  const { code, output } = await runServer({ OPENEG_HTTP_PORT: port });
  expect(code).toBe(1);
  expect(output).toContain(`127.0.0.1:${port}`);
});
