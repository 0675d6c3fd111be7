import { join } from 'node:path';
import { startGuarded } from '../../tools/servers/guarded-process';
import { startSystem, type RunningProcess, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

/* The worker as a process: what it waits for, what it says, how it ends. */

const WORKER = join(__dirname, '../../dist/worker.js');

type Worker = RunningProcess & { metricsUrl: string };

let system: System;
const workers: Worker[] = [];

beforeAll(async () => {
  system = await startSystem({
    simulator: { cohorts: 2, size: { students: 4 } },
    environment: { OPENEG_SLEEP_TIME: '1' },
  });
  await system.importCohorts();
});

afterAll(() => system?.stop());

async function startWorker(...roles: string[]): Promise<Worker> {
  const worker = await system.startWorker(...roles);
  workers.push(worker);
  return worker;
}

async function readiness(worker: Worker): Promise<{ status: number; parts: Record<string, { ok: boolean }> }> {
  const response = await fetch(`${worker.metricsUrl}/readyz`);
  const { parts } = (await response.json()) as { parts: Record<string, { ok: boolean }> };
  return { status: response.status, parts };
}

function becomes(worker: Worker, status: number): Promise<boolean> {
  return waitUntil(async () => (await readiness(worker)).status === status, {
    deadlineMs: 120_000,
    what: `the worker's readiness is ${status}`,
  });
}

async function logged(worker: Pick<Worker, 'lines'>, text: string): Promise<void> {
  await waitUntil(() => worker.lines.some((line) => line.includes(text)), {
    deadlineMs: 60_000,
    what: `the log says "${text}"`,
  });
}

it('ends with 78 and one sentence when variables are wrong', async () => {
  const environment = { ...system.environment };
  delete system.environment.OPENEG_LMS_BASE_URL;
  system.environment.OPENEG_SLEEP_TIME = 'often';
  system.environment.OPENEG_PROGRESS_MAX_PLAYBACK_RATE = 'fast';
  try {
    const worker = await startWorker();
    expect(await worker.exited).toBe(78);
    expect(worker.lines).toEqual([
      expect.stringMatching(
        /OPENEG_LMS_BASE_URL is required; OPENEG_SLEEP_TIME must be .*; OPENEG_PROGRESS_MAX_PLAYBACK_RATE must be/,
      ),
    ]);
  } finally {
    delete system.environment.OPENEG_PROGRESS_MAX_PLAYBACK_RATE;
    Object.assign(system.environment, environment);
  }
});

it('exits with 70 after an error that nobody foresaw, and logs where it was thrown, not what it says', async () => {
  const lines: string[] = [];
  const lifetime = JSON.stringify(join(__dirname, '../../dist/processes/process-lifetime'));
  const logger = JSON.stringify(join(__dirname, '../../dist/adapters/logger'));
  const failing = startGuarded({
    command: process.execPath,
    parameters: [
      '-e',
      `require(${lifetime}).exitOnUnexpected(require(${logger}).createLogger('info')); void Promise.reject(new Error('quotes 김철수'));`,
    ],
    onLine: (line) => lines.push(line),
  });
  expect(await failing.exited).toBe(70);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'fatal', errorName: 'Error', frames: expect.any(Array) }),
  ]);
  expect(lines.join()).not.toContain('김철수');
});

it('names a namespace that Temporal does not know, and waits for it', async () => {
  system.environment.TEMPORAL_NAMESPACE = 'nowhere';
  try {
    const worker = await startWorker('core');
    await logged(worker, 'nowhere');
    expect((await readiness(worker)).status).toBe(503);
    expect(await worker.stop()).toBe(0);
  } finally {
    delete system.environment.TEMPORAL_NAMESPACE;
  }
});

it('waits for a database and a Temporal server that are not there yet, and says so', async () => {
  await Promise.all([system.temporal.kill(), system.databaseServer.kill()]);
  const worker = await startWorker();
  await logged(worker, "Temporal can't be reached");
  await logged(worker, 'The database is away');
  await waitUntil(async () => (await fetch(`${worker.metricsUrl}/livez`)).ok, { deadlineMs: 60_000, what: 'it lives' });
  const { status, parts } = await readiness(worker);
  expect(status).toBe(503);
  expect(parts).toMatchObject({ database: { ok: false }, temporal: { ok: false }, core: { ok: false } });

  await Promise.all([system.temporal.restart(), system.databaseServer.restart()]);
  await becomes(worker, 200);
  expect((await system.openeg('start')).code).toBe(0);
  expect(await worker.stop()).toBe(0);
});

it('outlives restarts of the database and of the Temporal server', async () => {
  const worker = await startWorker();
  await becomes(worker, 200);
  await ticksOn();

  await system.databaseServer.kill();
  await becomes(worker, 503);
  await system.databaseServer.restart();
  await becomes(worker, 200);
  await ticksOn();

  await system.temporal.kill();
  await becomes(worker, 503);
  await logged(worker, 'Temporal is away');
  await system.temporal.restart();
  await becomes(worker, 200);
  await ticksOn();
  expect(worker.running()).toBe(true);
  expect(await worker.stop()).toBe(0);
}, 300_000);

it('hands its work to another worker when it is told to stop', async () => {
  const [first, second] = [await startWorker(), await startWorker()];
  await Promise.all([becomes(first, 200), becomes(second, 200)]);
  await ticksOn();
  first.signal('SIGTERM');
  expect(await first.exited).toBe(0);
  await ticksOn();
  expect((await readiness(second)).parts).toMatchObject({ lms: { state: 'active' } });
  expect(await second.stop()).toBe(0);
});

it('plays one role alone when it is asked to', async () => {
  const [core, lms] = [await startWorker('core'), await startWorker('lms')];
  await Promise.all([becomes(core, 200), becomes(lms, 200)]);
  expect(Object.keys((await readiness(core)).parts)).toEqual(['database', 'temporal', 'core']);
  expect(Object.keys((await readiness(lms)).parts)).toEqual(['database', 'temporal', 'lms']);
  await ticksOn();

  const metrics = await (await fetch(`${lms.metricsUrl}/metrics`)).text();
  expect(metrics).toMatch(/^openeg_lms_lease_held 1$/m);
  expect(metrics).toMatch(/^openeg_database_connections\{state="open"\} \d+$/m);
  expect(metrics).toMatch(/^temporal_num_pollers\{.*task_queue="openeg-lms".*\} \d+$/m);
  await Promise.all([core.stop(), lms.stop()]);
});

it('works without probes while another process has its port', async () => {
  const first = await startWorker('core');
  await becomes(first, 200);
  const lines: string[] = [];
  const second = startGuarded({
    command: process.execPath,
    parameters: [WORKER, 'core'],
    environment: { ...system.environment, OPENEG_METRICS_PORT: new URL(first.metricsUrl).port },
    onLine: (line) => lines.push(line),
  });
  await logged({ lines }, 'the port is taken');
  await logged({ lines }, '"state":"RUNNING"');
  await first.stop();
  await logged({ lines }, 'Probes and metrics are served');
  expect(await second.stop()).toBe(0);
});

it('writes nothing but JSON lines, each with a level and a time', () => {
  // The first one's only line is the sentence about its variables.
  const lines = workers.slice(1).flatMap((worker) => worker.lines);
  expect(lines.length).toBeGreaterThan(50);
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), time: expect.any(String) });
});

/** The monitor's ticks end: workflows, activities and the LMS are at work. */
async function ticksOn(): Promise<void> {
  const ticks = async () => {
    const report = JSON.parse((await system.openeg('status', '--json')).stdout) as {
      monitor: { ticks: number } | null;
    };
    return report.monitor?.ticks ?? 0;
  };
  const before = await waitUntil(ticks, { deadlineMs: 120_000, what: 'a tick has ended' });
  await waitUntil(async () => (await ticks()) > before + 1, { deadlineMs: 120_000, what: 'ticks go on' });
}
