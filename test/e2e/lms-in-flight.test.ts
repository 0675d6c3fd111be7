import { startSystem, type RunningProcess, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

/* The LMS itself measures what is in flight: it counts a request until it is processed, also when its caller died. */

let system: System;

beforeAll(async () => {
  system = await startSystem({
    simulator: {
      cohorts: 6,
      size: { students: 60 },
      // A dead caller's requests go on for a while, as the LMS's contract says.
      knobs: {
        lms: { latencyMs: 150, jitterMs: 100, resetLingerMs: 3_000, faults: [{ fault: 'hang', probability: 0.004 }] },
      },
    },
    environment: { OPENEG_SLEEP_TIME: '3' },
  });
  expect((await system.openeg('migrate')).code).toBe(0);
  await system.importCohorts();
});

afterAll(() => system?.stop());

afterEach(() => {
  const { lms } = system.simulator.state();
  expect(lms.offences).toBe(0);
  expect(lms.peakInFlight).toBeLessThanOrEqual(15);
});

const workers: RunningProcess[] = [];
let nextDay = 1;

/** Keeps all slots busy for a good while, with a date that nobody has collected yet. */
async function giveWork(): Promise<void> {
  const date = `2025-03-${String(nextDay++).padStart(2, '0')}`;
  const { code, stderr } = await system.openeg('collect', '--date', date, '--no-wait');
  // A worker that is only just there is waited for.
  expect(stderr.replace('No worker takes tasks yet; waiting for one.', '')).toBe('');
  expect(code).toBe(0);
  await requestsGoOn('work has begun', 12);
}

/** Waits until the LMS is asked by somebody again: `many` requests more than now. */
async function requestsGoOn(what: string, many = 30): Promise<void> {
  const before = system.simulator.state().lms.requests;
  await waitUntil(() => system.simulator.state().lms.requests >= before + many, { deadlineMs: 90_000, what });
}

async function holder(): Promise<RunningProcess> {
  return waitUntil(
    async () => {
      for (const worker of workers.filter((one) => one.running())) {
        const metrics = await (await fetch(`${(worker as { metricsUrl?: string }).metricsUrl}/metrics`)).text();
        if (/^openeg_lms_lease_held 1$/m.test(metrics)) return worker;
      }
      return undefined;
    },
    { deadlineMs: 60_000, what: 'some process holds the lease' },
  );
}

it('holds with three workers at once, of which one works', async () => {
  workers.push(await system.startWorker(), await system.startWorker(), await system.startWorker());
  await holder();
  expect((await system.openeg('start')).code).toBe(0);
  await giveWork();
  // Otherwise nothing would have been at the limit.
  await waitUntil(() => system.simulator.state().lms.peakInFlight >= 15, {
    deadlineMs: 60_000,
    what: 'all slots busy',
  });
});

it('holds through a rolling restart', async () => {
  await giveWork();
  for (let index = 0; index < 3; index++) {
    const old = workers[index]!;
    workers[index] = await system.startWorker();
    expect(await old.stop()).toBe(0);
    await requestsGoOn('requests go on after a SIGTERM');
  }
}, 300_000);

it('holds when the holder is killed, and somebody takes over', async () => {
  await giveWork();
  const victim = await holder();
  victim.signal('SIGKILL');
  await victim.exited;
  await requestsGoOn('requests go on after a kill');
  workers[workers.indexOf(victim)] = await system.startWorker();
}, 300_000);

it('holds when the holder is frozen, another takes over and the frozen one wakes up', async () => {
  await giveWork();
  const frozen = await holder();
  frozen.signal('SIGSTOP');
  await requestsGoOn('another takes over from the frozen one');
  await giveWork();
  frozen.signal('SIGCONT');
  await requestsGoOn('requests go on beside the woken one');
  await requestsGoOn('and on');
}, 300_000);

it('holds over a restart of the database', async () => {
  await giveWork();
  await system.databaseServer.restart();
  await requestsGoOn('requests go on after the restart');
  await giveWork();
  await system.databaseServer.kill();
  await system.databaseServer.restart();
  await requestsGoOn('requests go on after the crash');
}, 300_000);
