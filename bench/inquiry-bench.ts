import { Client, Connection } from '@temporalio/client';
import { checkNowSignal, INQUIRY_MONITOR_ID, monitorStatusQuery, pauseSignal } from '../src/workflows/contract';
import type { ChatMessage } from '../simulator/chat/chat-spaces';
import { startBenchSystem, type BenchSystem } from './bench-system';
import type { Results } from './results';

/** A tick over 1,000 cohorts: requests, duration, history. */
export async function tickBench(results: Results): Promise<void> {
  const system = await startBenchSystem({ cohorts: 1_000, students: 1, latencyMs: 50 });
  const connection = await Connection.connect({ address: system.temporalAddress });
  try {
    const monitor = new Client({ connection }).workflow.getHandle(INQUIRY_MONITOR_ID);
    await system.startWorker();
    await system.openegOrFail('start');
    // The first tick logs every account in. The second one is an ordinary quiet minute.
    await ticks(monitor, 1);
    await monitor.signal(pauseSignal);
    await system.simulator.resetCounts();
    const eventsBefore = Number((await monitor.describe()).historyLength);
    await monitor.signal(checkNowSignal);
    const status = await ticks(monitor, 2);
    const events = Number((await monitor.describe()).historyLength) - eventsBefore;
    const { lms } = await system.simulator.state();
    results.add({
      name: 'quiet tick: requests for each cohort',
      value: lms.requests / 1_000,
      limit: 1,
      unit: '',
      detail: JSON.stringify(lms.byOperation),
    });
    const wallMs = Date.parse(status.lastTickEndedAt!) - Date.parse(status.lastTickStartedAt!);
    results.add({
      name: 'tick over 1,000 cohorts at 50 ms: of the eight seconds allowed',
      value: wallMs / 8_000,
      limit: 1,
      unit: 'x',
      detail: `${(wallMs / 1000).toFixed(1)} s; 1,000 requests of 50 ms, 15 at once, take 3.3 s`,
    });
    results.add({
      name: 'tick over 1,000 cohorts: events in the history',
      value: events,
      limit: 200,
      unit: '',
      detail: '',
    });
  } finally {
    await connection.close();
    await system.stop();
  }
}

async function ticks(monitor: ReturnType<Client['workflow']['getHandle']>, count: number) {
  for (;;) {
    const status = await monitor.query(monitorStatusQuery).catch(() => undefined);
    if (status !== undefined && status.ticks >= count && status.state !== 'checking') return status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const COHORTS = 20;
const QUESTIONS_EACH = 5;

/** The delay of a space's n-th new inquiry, as a share of the allowed 2 + n seconds; alone and beside a collection. */
export async function alertLatencyBench(results: Results): Promise<void> {
  const system = await startBenchSystem({ cohorts: COHORTS, students: 100, latencyMs: 50 });
  try {
    await system.startWorker();
    await system.openegOrFail('start');
    await oneRound(system);
    results.add({ name: 'alerts: slowest of 100 against its 2 + n seconds', ...(await oneRound(system)) });
    await system.openegOrFail('collect', '--date', '2025-02-20', '--no-wait');
    await busy(system);
    results.add({ name: 'alerts beside a collection of 2,000 students', ...(await oneRound(system)) });
  } finally {
    await system.stop();
  }
}

/** Asks questions in every cohort, starts a tick, and waits until all questions are in Chat. */
async function oneRound(system: BenchSystem) {
  const connection = await Connection.connect({ address: system.temporalAddress });
  try {
    const monitor = new Client({ connection }).workflow.getHandle(INQUIRY_MONITOR_ID);
    const before = await system.simulator.chatMessages();
    for (const { skId } of await system.simulator.cohorts()) {
      await system.simulator.addInquiries(skId, { count: QUESTIONS_EACH });
    }
    await monitor.signal(checkNowSignal);
    const tickBeganAt = Date.now();
    let after = before;
    while (after.length < before.length + COHORTS * QUESTIONS_EACH) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      after = await system.simulator.chatMessages();
    }
    const bySpace = groupBySpace(after.slice(before.length));
    const shares = [...bySpace.values()].flatMap((inSpace) =>
      inSpace.map(({ createdAtMs }, index) => (createdAtMs - tickBeganAt) / 1000 / (2 + index + 1)),
    );
    const value = Math.max(...shares);
    return { value, limit: 1, unit: 'x', detail: `${COHORTS} cohorts, ${QUESTIONS_EACH} inquiries each` };
  } finally {
    await connection.close();
  }
}

async function busy(system: BenchSystem): Promise<void> {
  for (;;) {
    const { lms } = await system.simulator.state();
    if (lms.inFlight >= 14) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function groupBySpace(all: readonly ChatMessage[]): Map<string, ChatMessage[]> {
  const bySpace = new Map<string, ChatMessage[]>();
  for (const message of all) bySpace.set(message.space, [...(bySpace.get(message.space) ?? []), message]);
  return bySpace;
}
