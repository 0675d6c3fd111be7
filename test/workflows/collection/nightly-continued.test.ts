import { Client, Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { PrivateTemporal } from '../../../tools/servers/start-temporal';
import { withHeartbeat } from '../../../src/activities/shared/with-heartbeat';
import { workflowEnds } from '../../../src/activities/collection/workflow-ends';
import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { cohortCollection, nightlyCollection } from '../../../src/workflows';
import { CORE_TASK_QUEUE, cohortCollectionId } from '../../../src/workflows/contract';
import { fakeCollection, withCollectionWorkers } from './fake-collection';
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

describe('nightlyCollection', () => {
  it('continues as new with its plan and its counts, and collects every cohort once', async () => {
    const skIds = Array.from({ length: 40 }, (_, index) => `SK${index}`);
    const fake = fakeCollection(skIds, {
      async collectOne({ skId }) {
        return { rowCount: Number(skId.slice(2)) };
      },
    });
    await withCollectionWorkers(connection, fake, async () => {
      const handle = await client.workflow.start(nightlyCollection, {
        ...{ taskQueue: CORE_TASK_QUEUE, workflowId: 'nightly-continued' },
        args: [{ date: parse('2025-01-20'), dataTypes: ['roadmap'] }],
      });
      expect(await handle.result()).toMatchObject({
        ...{ cohortsTotal: 40, cohortsDone: 40, stored: 40, failed: 0, rows: 780, statistics: 'sent' },
      });
      expect((await client.workflow.getHandle('nightly-continued').describe()).runId).not.toBe(
        handle.firstExecutionRunId,
      );
    });
    expect(fake.plans).toHaveLength(1);
    expect(fake.collected.map(({ skId }) => skId).toSorted()).toEqual(skIds.toSorted());
    expect(fake.triggers).toEqual([{ targetDate: '2025-01-20', skIds: skIds.toSorted(), dataTypes: ['roadmap'] }]);
  });

  it('continues as new between and within its passes, and asks again for what is left alone', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `SK${index}`);
    const tried = new Set<string>();
    const fake = fakeCollection(names, {
      async collectOne({ skId, dataType }) {
        const isFirst = !tried.has(`${skId} ${dataType}`);
        tried.add(`${skId} ${dataType}`);
        if (isFirst && dataType === 'roadmap') throw new ServiceError('LMS_UNAVAILABLE', 'HTTP 500');
        return { rowCount: 1 };
      },
    });
    await withCollectionWorkers(connection, fake, async () => {
      const handle = await client.workflow.start(nightlyCollection, {
        ...{ taskQueue: CORE_TASK_QUEUE, workflowId: 'nightly-passes-continued' },
        args: [{ date: parse('2025-01-20'), dataTypes: ['vod', 'roadmap'] }],
      });
      expect(await handle.result()).toMatchObject({
        ...{ pass: 2, cohortsTotal: 30, cohortsDone: 30, stored: 60, failed: 0, rows: 60, statistics: 'sent' },
      });
      const { runId } = await client.workflow.getHandle('nightly-passes-continued').describe();
      expect(runId).not.toBe(handle.firstExecutionRunId);
    });
    expect(fake.collected).toHaveLength(90);
    expect(fake.triggers).toEqual(
      ['vod', 'roadmap'].map((dataType) => ({
        ...{ targetDate: '2025-01-20', skIds: names.toSorted(), dataTypes: [dataType] },
      })),
    );
  });

  it('asks a cohort again whose collection is terminated by hand', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const fake = fakeCollection(['SK1', 'SK2'], {
      async collectOne({ skId }) {
        if (skId === 'SK1') await held;
        return { rowCount: 1 };
      },
    });
    const date = parse('2025-01-20');
    await withCollectionWorkers(connection, fake, async () => {
      const handle = await client.workflow.start(nightlyCollection, {
        ...{ taskQueue: CORE_TASK_QUEUE, workflowId: 'nightly-by-hand', args: [{ date, dataTypes: ['vod' as const] }] },
      });
      await waitUntil(() => fake.collected.some(({ skId }) => skId === 'SK1'), {
        deadlineMs: DEADLINE_MS,
        what: 'SK1',
      });
      await client.workflow.getHandle(cohortCollectionId(date, 'SK1')).terminate('by hand');
      await waitUntil(() => fake.failures.length === 1, { deadlineMs: DEADLINE_MS, what: 'the record' });
      letGo();
      expect(await handle.result()).toMatchObject({ pass: 2, stored: 2, failed: 0, failures: [] });
    });
    expect(fake.failures).toMatchObject([{ skId: 'SK1', dataTypes: ['vod'] }]);
  });

  it.each(['ends', 'is terminated'])(
    "runs its own when another's collection of the same cohort and date %s",
    async (how) => {
      let letGo = () => {};
      const held = new Promise<void>((resolve) => (letGo = resolve));
      const early = '2025-01-01T00:00:00.000Z';
      const date = parse('2025-01-20');
      const fake = fakeCollection(['SK1'], {
        async collectOne({ requestedAt }) {
          if (requestedAt === early) await held;
          return { rowCount: 1 };
        },
        joinCollection: ({ workflowId }) => withHeartbeat((signal) => workflowEnds(workflowId, signal)),
      });
      await withCollectionWorkers(connection, fake, async () => {
        const other = await client.workflow.start(cohortCollection, {
          ...{ taskQueue: CORE_TASK_QUEUE, workflowId: cohortCollectionId(date, 'SK1') },
          args: [{ skId: 'SK1', date, dataTypes: ['vod'], requestedAt: early }],
        });
        await waitUntil(() => fake.collected.length === 1, { deadlineMs: DEADLINE_MS, what: 'the other collection' });
        const handle = await client.workflow.start(nightlyCollection, {
          ...{ taskQueue: CORE_TASK_QUEUE, workflowId: `nightly-joins-${how}`, args: [{ date, dataTypes: ['vod'] }] },
        });
        await waitUntil(() => fake.joined.length === 1, { deadlineMs: DEADLINE_MS, what: 'the wait for it' });
        expect(fake.collected).toHaveLength(1);
        if (how === 'ends') letGo();
        else await other.terminate('by hand');
        expect(await handle.result()).toMatchObject({ stored: 1, failed: 0 });
        letGo();
      });
      expect(fake.collected.map(({ requestedAt }) => requestedAt)).toEqual([early, '2025-03-01T00:00:00.000Z']);
      expect(fake.joined).toHaveLength(1);
    },
  );
});
