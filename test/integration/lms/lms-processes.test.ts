import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createTestDatabase, startOwnDatabaseServer, type TestDatabase } from '../../support/database';
import { temporaryDirectory } from '../../support/test-run';
import { waitUntil } from '../../support/wait-until';
import type { AskingProcessInput } from './lms-processes/asking-process';
import { startCountingLms, type CountingLms } from './lms-processes/counting-lms';

/* Real processes, killed and frozen. The LMS sees whether two of them ever ask at once. */

let server: Awaited<ReturnType<typeof startOwnDatabaseServer>>;
let test: TestDatabase;
let lms: CountingLms;
let program: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  program = join(temporaryDirectory('asking-process'), 'asking-process.js');
  buildSync({
    entryPoints: [join(__dirname, 'lms-processes', 'asking-process.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    packages: 'external',
  });
  server = await startOwnDatabaseServer();
  [test, lms] = await Promise.all([createTestDatabase(server), startCountingLms()]);
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  lms?.close();
  await test?.database.close();
  await server?.stop();
});

afterEach(() => {
  expect(lms.overlaps()).toEqual([]);
  expect(lms.peakInFlight()).toBeLessThanOrEqual(15);
});

function start(name: string): ChildProcess {
  const input: AskingProcessInput = { name, lmsUrl: lms.url, database: test.options };
  const child = spawn(process.execPath, [program, JSON.stringify(input)], {
    stdio: 'inherit',
    env: { ...process.env, NODE_PATH: join(__dirname, '../..', '..', 'node_modules') },
  });
  children.push(child);
  return child;
}

/** Waits until a process has sent 40 more requests. */
async function asks(name: string): Promise<void> {
  const before = lms.requestsOf(name);
  await waitUntil(() => lms.requestsOf(name) >= before + 40, { deadlineMs: 60_000, what: `${name} asks the LMS` });
}

it('lets one process at a time ask, whatever happens to it', async () => {
  const killed = start('killed');
  await asks('killed');
  const frozen = start('frozen');
  killed.kill('SIGKILL');
  await asks('frozen');

  const stopped = start('stopped');
  frozen.kill('SIGSTOP');
  await asks('stopped');
  const askedBefore = lms.requestsOf('frozen');
  frozen.kill('SIGCONT');
  await asks('stopped');
  expect(lms.requestsOf('frozen')).toBe(askedBefore);

  const exited = once(stopped, 'exit');
  stopped.kill('SIGTERM');
  await asks('frozen');
  expect(await exited).toEqual([0, null]);
  await waitUntil(() => lms.peakInFlight() === 15, { deadlineMs: 60_000, what: 'all slots are busy' });
});

it('sends nothing while the database is away, and goes on when it is back, one process at a time', async () => {
  start('standby');
  await asks('frozen');
  await server.kill();
  await waitUntil(() => lms.inFlight() === 0, { deadlineMs: 60_000, what: 'nobody asks without a lease' });
  const asked = () => lms.requestsOf('frozen') + lms.requestsOf('standby');
  const askedBefore = asked();
  await server.restart();
  await waitUntil(() => asked() >= askedBefore + 100, { deadlineMs: 60_000, what: 'somebody asks again' });
});
