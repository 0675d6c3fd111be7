import { Context } from '@temporalio/activity';
import { Client, Connection, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { PrivateTemporal } from '../../../tools/servers/start-temporal';
import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import { collectionReruns, type nightlyCollection } from '../../../src/workflows';
import {
  COLLECTION_RERUNS_ID,
  CORE_TASK_QUEUE,
  rerunDateSignal,
  rerunUpdate,
  rerunsStatusQuery,
  type CollectionRerunsStatus,
} from '../../../src/workflows/contract';
import { fakeCollection, withCollectionWorkers, type FakeCollection } from './fake-collection';
import { UNREADABLE_ENCODINGS, signalUnreadable } from '../signal-unreadable';
import { connectWhenHealthy, startImpatientTemporalServer } from '../../support/temporal';
import { waitUntil } from '../../support/wait-until';

jest.setTimeout(300_000);
const DEADLINE_MS = 120_000;
const parse = (text: string) => learningDateSchema.parse(text);

/** A separate server that suggests to continue as new after so few events that every test sees new runs. */
let server: PrivateTemporal;
let connection: NativeConnection;
let client: Client;
beforeAll(async () => {
  server = await startImpatientTemporalServer(60);
  connection = await connectWhenHealthy(server.address);
  client = new Client({ connection: await Connection.connect({ address: server.address }) });
});
afterAll(async () => {
  await client?.connection.close();
  await connection?.close();
  await server?.stop();
});

type Reruns = Awaited<ReturnType<typeof startReruns>>;

function startReruns() {
  return client.workflow.start(collectionReruns, { taskQueue: CORE_TASK_QUEUE, workflowId: COLLECTION_RERUNS_ID });
}

async function withReruns(fake: FakeCollection, work: (reruns: Reruns) => Promise<void>): Promise<void> {
  await withCollectionWorkers(connection, fake, async () => {
    const reruns = await startReruns();
    try {
      await work(reruns);
    } finally {
      await client.workflow.getHandle(COLLECTION_RERUNS_ID).terminate();
    }
  });
}

/** Found by the workflow's id, because the run changes. */
function status(): Promise<CollectionRerunsStatus> {
  return client.workflow.getHandle(COLLECTION_RERUNS_ID).query(rerunsStatusQuery);
}

function whenIdle(): Promise<unknown> {
  return waitUntil(
    async () => {
      const { waiting, running } = await status();
      return waiting.length + running.length === 0;
    },
    { deadlineMs: DEADLINE_MS, what: 'the queue to be empty' },
  );
}

it('runs the request of a signal, and hands it on', async () => {
  const fake = fakeCollection(['SK1', 'SK2']);
  await withReruns(fake, async (reruns) => {
    await reruns.signal(rerunDateSignal, { date: parse('2025-01-20'), skIds: ['SK2'], dataTypes: ['task', 'vod'] });
    await waitUntil(async () => (await status()).finished.length === 1, { deadlineMs: DEADLINE_MS, what: 'the run' });
    expect((await status()).finished[0]).toMatchObject({ date: '2025-01-20', stored: 2, failed: 0 });
  });
  expect(fake.collected.map(({ skId, dataType }) => `${skId} ${dataType}`).toSorted()).toEqual(['SK2 task', 'SK2 vod']);
  expect(new Set(fake.collected.map(({ requestedAt }) => requestedAt))).toEqual(new Set(['2025-03-01T00:00:00.000Z']));
});

it('runs the request although the database refuses to tell its time once', async () => {
  let refusals = 0;
  const fake = fakeCollection(['SK1'], {
    async readRequestTime() {
      refusals += 1;
      if (refusals === 1) throw ApplicationFailure.nonRetryable('whatever the database said', 'NEVER_HEARD_OF');
      return { requestedAt: '2025-03-01T00:00:00.000Z' };
    },
  });
  await withReruns(fake, async (reruns) => {
    await reruns.signal(rerunDateSignal, { date: parse('2025-01-20'), dataTypes: ['task'] });
    await waitUntil(async () => (await status()).finished.length === 1, { deadlineMs: DEADLINE_MS, what: 'the run' });
    expect((await status()).finished[0]).toMatchObject({ date: '2025-01-20', stored: 1, failed: 0 });
  });
  expect(refusals).toBe(2);
});

it('answers an update with its run, which collects the dates of a range one after the other', async () => {
  const underWay = new Set<string>();
  let most = 0;
  const fake = fakeCollection(['SK1'], {
    async collectOne({ date }) {
      underWay.add(date);
      most = Math.max(most, underWay.size);
      await Context.current().sleep(20);
      underWay.delete(date);
      return { rowCount: 1 };
    },
  });
  await withReruns(fake, async (reruns) => {
    const { runs } = await reruns.executeUpdate(rerunUpdate, {
      args: [{ date: parse('2025-01-30'), to: parse('2025-02-01'), dataTypes: ['vod'] }],
    });
    expect(runs).toMatchObject([{ date: '2025-01-30', to: '2025-02-01' }]);
    await whenIdle();
    const { workflowId } = runs[0]!;
    expect(await client.workflow.getHandle<typeof nightlyCollection>(workflowId).result()).toMatchObject({
      ...{ date: '2025-01-30', to: '2025-02-01', stored: 3, failed: 0 },
      dates: ['2025-01-30', '2025-01-31', '2025-02-01'].map((date) => ({ date, stored: 1, failed: 0, rows: 1 })),
    });
    expect((await status()).finished).toMatchObject([{ workflowId, stored: 3, failed: 0 }]);
  });
  expect(fake.collected.map(({ date }) => date)).toEqual(['2025-01-30', '2025-01-31', '2025-02-01']);
  expect(most).toBe(1);
});

it('rejects an unreadable update with a sentence and an unreadable signal in its status, and goes on', async () => {
  const fake = fakeCollection(['SK1']);
  await withReruns(fake, async (reruns) => {
    const malformed: unknown[] = [{ date: 'hunter2' }, { date: '2999-01-01' }, 'hunter2', 7, null, ['2025-01-20'], {}];
    for (const request of malformed) {
      const refusal = reruns.executeUpdate(rerunUpdate, { args: [request as never] });
      await expect(refusal).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
      await expect(refusal).rejects.toMatchObject({ cause: { type: 'INPUT_INVALID' } });
      await reruns.signal(rerunDateSignal, request as never);
    }
    await reruns.signal('rerunDate');
    await reruns.signal('rerunDate', new Uint8Array([1, 2, 3]));
    for (const encoding of UNREADABLE_ENCODINGS)
      await signalUnreadable(client, COLLECTION_RERUNS_ID, 'rerunDate', encoding);
    await reruns.signal(rerunDateSignal, { date: parse('2025-01-20'), dataTypes: ['vod'] });
    await waitUntil(async () => (await status()).finished.length === 1, { deadlineMs: DEADLINE_MS, what: 'the run' });
    const { rejected } = await status();
    expect(rejected).toHaveLength(malformed.length + 2 + UNREADABLE_ENCODINGS.length);
    expect(rejected[0]!.reason).toMatch(/^date: /);
    expect(JSON.stringify(rejected)).not.toContain('hunter2');
  });
  expect(fake.plans).toHaveLength(1);
});

it('loses no request of 40 signals and 10 updates while it continues as new, and runs two at once', async () => {
  const begun = new Set<string>();
  let most = 0;
  let letGo = () => {};
  const twoAtOnce = new Promise<void>((resolve) => (letGo = resolve));
  const fake = fakeCollection(['SK1'], {
    async collectOne({ date }) {
      begun.add(date);
      most = Math.max(most, begun.size);
      if (most === 2) letGo();
      await Promise.race([twoAtOnce, Context.current().cancelled]);
      await Context.current().sleep(5);
      begun.delete(date);
      return { rowCount: 1 };
    },
  });
  const day = (number: number) => parse(new Date(Date.UTC(2024, 0, number)).toISOString().slice(0, 10));
  await withReruns(fake, async (reruns) => {
    const { firstExecutionRunId } = reruns;
    const latest = client.workflow.getHandle(COLLECTION_RERUNS_ID);
    const signals = Array.from({ length: 40 }, (_, index) =>
      latest.signal(rerunDateSignal, { date: day(index + 1), dataTypes: ['vod'] }),
    );
    const updates = Array.from({ length: 10 }, (_, index) =>
      latest.executeUpdate(rerunUpdate, { args: [{ date: day(index + 41), dataTypes: ['vod'] }] }),
    );
    await Promise.all([...signals, ...updates]);
    await whenIdle();
    expect((await latest.describe()).runId).not.toBe(firstExecutionRunId);
  });
  expect(new Set(fake.collected.map(({ date }) => date)).size).toBe(50);
  expect(fake.collected).toHaveLength(50);
  expect(most).toBe(2);
});

it('lets a run that has begun go on when it is cancelled', async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const fake = fakeCollection(['SK1'], {
    async collectOne() {
      await held;
      return { rowCount: 1 };
    },
  });
  await withCollectionWorkers(connection, fake, async () => {
    const reruns = await startReruns();
    const [run] = (
      await reruns.executeUpdate(rerunUpdate, { args: [{ date: parse('2025-01-20'), dataTypes: ['vod'] }] })
    ).runs;
    await waitUntil(() => fake.collected.length === 1, { deadlineMs: DEADLINE_MS, what: 'the run to begin' });
    await reruns.cancel();
    await expect(reruns.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    letGo();
    expect(await client.workflow.getHandle(run!.workflowId).result()).toMatchObject({ stored: 1, failed: 0 });
  });
});
