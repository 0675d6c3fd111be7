import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { signToken } from '../tools/demo/demo-link';
import { startBenchSystem, type BenchSystem } from './bench-system';
import { median, percentile, type Results } from './results';

const MEMBERS = 10_000;
const ROUNDS = 3;
const BARE_MS = 4_000;
const SAVES_A_ROUND = 15_000;
const CALLERS = 32;
/** The pool has more connections, so no caller waits for one. */
const BARE_CALLERS = 8;
const HALF_RATE_MS = 5_000;
const PIECE_MS = 1_000;

interface Load {
  perSecond: number;
  p99Ms: number;
}

/**
 * Saves of 10,000 members against a bare loop of INSERT and COMMIT over the same kind of pool. The two take turns, so that
 * both run on the same machine with the same load. Server, database and callers share its cores.
 */
export async function progressBench(results: Results): Promise<void> {
  const system = await startBenchSystem({ cohorts: 1, students: 1, latencyMs: 0 });
  try {
    await system.database.execute(
      'CREATE TABLE bare (id BIGINT AUTO_INCREMENT PRIMARY KEY, member VARCHAR(100), digest BINARY(32), at DATETIME(3))',
    );
    const server = await system.startServer();
    const save = createSaver(server.url, system.variables.OPENEG_PROGRESS_JWT_SECRET!);
    await inParallel(MEMBERS, save);

    const rates: number[] = [];
    const delays: number[] = [];
    const memories: number[] = [];
    const speeds: string[] = [];
    const waits: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const bare = await bareLoop(system);
      const full = await inParallel(SAVES_A_ROUND, save);
      const half = await atRate(full.perSecond / 2, save);
      rates.push(full.perSecond / bare.perSecond);
      delays.push(half.p99Ms / bare.p99Ms);
      memories.push(await residentBytes(server.url));
      speeds.push(`${full.perSecond.toFixed(0)}/${bare.perSecond.toFixed(0)} a second`);
      waits.push(`${half.p99Ms.toFixed(1)}/${bare.p99Ms.toFixed(1)} ms`);
    }
    results.add({
      name: 'saves a second against a bare INSERT and COMMIT',
      value: median(rates),
      atLeast: 0.4,
      unit: 'x',
      detail: `median of ${speeds.join(', ')}`,
    });
    results.add({
      name: 'p99 of a save at half load against the bare one',
      value: median(delays),
      limit: 5,
      unit: 'x',
      detail: `median of ${waits.join(', ')}`,
    });
    results.add({
      name: "server's memory after the last round against the one before",
      value: memories.at(-1)! / memories.at(-2)!,
      limit: 1.25,
      unit: 'x',
      detail: `${(memories.at(-1)! / 2 ** 20).toFixed(0)} MB after more than ${MEMBERS + ROUNDS * SAVES_A_ROUND} saves`,
    });
  } finally {
    await system.stop();
  }
}

/** Each caller inserts as fast as it can. */
async function bareLoop({ database }: BenchSystem): Promise<Load> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const one = () =>
    database.transaction((transaction) =>
      transaction.execute('INSERT INTO bare (member, digest, at) VALUES (?, ?, UTC_TIMESTAMP(3))', [
        'member',
        Buffer.alloc(32),
      ]),
    );
  const loop = async () => {
    while (performance.now() - startedAt < BARE_MS) latencies.push(await timed(one));
  };
  await Promise.all(Array.from({ length: BARE_CALLERS }, loop));
  return loadOf(latencies, startedAt);
}

/** Returns a function that sends the next save of the next member, and returns its milliseconds. */
function createSaver(url: string, jwtSecret: string): () => Promise<number> {
  const http = new Pool(url, { connections: CALLERS });
  const headers = Array.from({ length: MEMBERS }, (_none, member) => ({
    authorization: `Bearer ${signToken(jwtSecret, { sub: `M${member}` })}`,
    'content-type': 'application/json',
  }));
  const playedMs = Array.from({ length: MEMBERS }, () => 0);
  let calls = 0;
  return () => {
    const member = calls % MEMBERS;
    calls += 1;
    const from = playedMs[member]!;
    const to = from + PIECE_MS;
    playedMs[member] = to;
    const body = JSON.stringify({
      projectNo: 'SK001',
      eduNo: 'E1',
      chasiNo: 'L1',
      memberNo: `M${member}`,
      totalVideoTime: 3_600_000,
      currentVideoTime: to,
      completionVideoTime: PIECE_MS,
      saveId: randomUUID(),
      segments: [[from, to]],
    });
    return timed(async () => {
      const answer = await http.request({ path: '/api/progress', method: 'POST', headers: headers[member]!, body });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`A save was answered ${answer.statusCode}: ${text}`);
    });
  };
}

async function inParallel(count: number, save: () => Promise<number>): Promise<Load> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  let left = count;
  const call = async () => {
    while (left > 0) {
      left -= 1;
      latencies.push(await save());
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  return loadOf(latencies, startedAt);
}

/** Sends at an even rate, without waiting for answers: this also measures saves that wait behind a slow one. */
async function atRate(perSecond: number, save: () => Promise<number>): Promise<Load> {
  const latencies: number[] = [];
  const calls: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let elapsedMs = 0; elapsedMs < HALF_RATE_MS; elapsedMs = performance.now() - startedAt) {
    while (calls.length < (elapsedMs / 1000) * perSecond) calls.push(save().then((ms) => void latencies.push(ms)));
    await sleep(1);
  }
  await Promise.all(calls);
  return loadOf(latencies, startedAt);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function loadOf(latencies: readonly number[], startedAt: number): Load {
  const seconds = (performance.now() - startedAt) / 1000;
  return { perSecond: latencies.length / seconds, p99Ms: percentile(latencies, 0.99) };
}

async function residentBytes(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]);
}
