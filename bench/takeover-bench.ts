import { startBenchSystem, type BenchSystem, type BenchWorker } from './bench-system';
import type { Results } from './results';

const ROUNDS = 3;

/** The time without requests to the LMS after the worker that owns the lease was killed or stopped, while work waits. */
export async function takeoverBench(results: Results): Promise<void> {
  const system = await startBenchSystem({
    cohorts: 10,
    students: 200,
    latencyMs: 100,
    environment: { OPENEG_SLEEP_TIME: '86400' },
  });
  try {
    const workers = [await system.startWorker(), await system.startWorker()];
    for (const { signal, limitSeconds } of [
      { signal: 'SIGKILL', limitSeconds: 15 },
      { signal: 'SIGTERM', limitSeconds: 2 },
    ] as const) {
      const silences: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        await system.openegOrFail('start');
        const date = `2025-0${signal === 'SIGKILL' ? 3 : 4}-0${round + 1}`;
        await system.openegOrFail('collect', '--date', date, '--no-wait');
        await requestsGrow(system, 60);
        const victim = await holder(workers);
        const silence = longestSilence(system, victim.exited);
        victim.signal(signal);
        await victim.exited;
        workers[workers.indexOf(victim)] = await system.startWorker();
        silences.push(await silence);
      }
      results.add({
        name: `takeover after ${signal}: of the ${limitSeconds} seconds allowed`,
        value: Math.max(...silences) / 1000 / limitSeconds,
        limit: 1,
        unit: 'x',
        detail: silences.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', '),
      });
    }
    const { lms } = await system.simulator.state();
    results.add({ name: 'takeover: requests above the limit', value: lms.offences, limit: 0, unit: '', detail: '' });
  } finally {
    await system.stop();
  }
}

/** Waits for 60 requests of another worker after the victim's end, and returns the longest pause in milliseconds. */
async function longestSilence(system: BenchSystem, ended: Promise<unknown>): Promise<number> {
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  let { requests } = (await system.simulator.state()).lms;
  let longestMs = 0;
  let arrivedAt = performance.now();
  for (let byAnother = 0; byAnother < 60;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { lms } = await system.simulator.state();
    if (lms.requests === requests) continue;
    longestMs = Math.max(longestMs, performance.now() - arrivedAt);
    arrivedAt = performance.now();
    if (hasEnded) byAnother += lms.requests - requests;
    requests = lms.requests;
  }
  return longestMs;
}

async function requestsGrow(system: BenchSystem, by: number): Promise<void> {
  const { lms } = await system.simulator.state();
  for (let now = lms.requests; now < lms.requests + by;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    now = (await system.simulator.state()).lms.requests;
  }
}

async function holder(workers: readonly BenchWorker[]): Promise<BenchWorker> {
  for (;;) {
    for (const worker of workers) {
      const metrics = await fetch(`${worker.metricsUrl}/metrics`).then(
        (answer) => answer.text(),
        () => '',
      );
      if (/^openeg_lms_lease_held 1$/m.test(metrics)) return worker;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
