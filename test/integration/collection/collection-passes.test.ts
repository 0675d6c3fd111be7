import { Client, Connection } from '@temporalio/client';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { createCollectionCoreActivities } from '../../../src/activities/collection/collection-core-activities';
import { createCollectionLmsActivities } from '../../../src/activities/collection/collection-lms-activities';
import { createStatisticsClient, type StatisticsClient } from '../../../src/adapters/statistics/statistics-client';
import { DATA_TYPES } from '../../../src/domain/collection/data-type';
import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import { nightlyCollection } from '../../../src/workflows';
import { CORE_TASK_QUEUE, LMS_TASK_QUEUE, progressQuery } from '../../../src/workflows/contract';
import { startTemporal, type PrivateTemporal } from '../../../tools/servers/start-temporal';
import { connectWhenHealthy } from '../../support/temporal';
import { waitUntil } from '../../support/wait-until';
import { workflowBundle } from '../../support/workflow-workers';
import { openCollection, type CollectionParts } from './open-collection';

/* The collection's workflows with its real activities, against the simulator. The pauses between passes are real. */

jest.setTimeout(300_000);
const DATE = learningDateSchema.parse('2025-01-20');
const DEADLINE_MS = 120_000;
const COHORTS = 20;
/** One for each cohort and data type. */
const DATASETS = COHORTS * DATA_TYPES.length;

let temporal: PrivateTemporal;
let connection: NativeConnection;
let client: Client;
beforeAll(async () => {
  temporal = await startTemporal();
  connection = await connectWhenHealthy(temporal.address);
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
});
afterAll(async () => {
  await client?.connection.close();
  await connection?.close();
  await temporal?.stop();
});

let parts: CollectionParts;
let statistics: StatisticsClient;
beforeEach(async () => {
  parts = await openCollection({ cohorts: COHORTS, size: { students: 5, tasks: 2, pblProblems: 2 } });
  statistics = createStatisticsClient({ webhookUrl: parts.simulator.statisticsUrl });
});
afterEach(async () => {
  await statistics?.close();
  await parts?.close();
});

let runs = 0;
/** Collects the date, by hand, while `during` changes the LMS. */
async function collect(during: (collection: Collection) => Promise<void>) {
  const { database, secretBox, metrics } = parts;
  const core = await Worker.create({
    ...{ connection, taskQueue: CORE_TASK_QUEUE, workflowBundle: await workflowBundle() },
    activities: createCollectionCoreActivities({ database, secretBox, metrics, statistics, vodLogEnabled: true }),
  });
  const lms = await Worker.create({
    ...{ connection, taskQueue: LMS_TASK_QUEUE },
    activities: createCollectionLmsActivities({ database, secretBox, metrics, lms: parts.lms }),
  });
  const work = async () => {
    const handle = await client.workflow.start(nightlyCollection, {
      ...{ taskQueue: CORE_TASK_QUEUE, workflowId: `by-hand-${(runs += 1)}`, args: [{ date: DATE }] },
    });
    await during({ progress: () => handle.query(progressQuery) });
    return handle.result();
  };
  return core.runUntil(lms.runUntil(work()));
}

interface Collection {
  progress(): Promise<{ pass: number; nextPass: object | null; stored: number; failed: number }>;
}

const isPassOver = async ({ progress }: Collection) => (await progress()).nextPass !== null;

/** Each cohort and data type that the statistics server was told of, in the order of the triggers. */
function announced(): string[] {
  return parts.simulator.statisticsCalls().flatMap(({ body }) => {
    const { sk_ids: skIds, data_types: dataTypes } = body as { sk_ids: string[]; data_types: string[] };
    return skIds.flatMap((skId) => dataTypes.map((dataType) => `${skId} ${dataType}`));
  });
}

it('stores all other data types in its first pass while one operation fails, and the rest once it is well', async () => {
  await parts.simulator.setKnobs({ lms: { faults: [{ fault: 'status', status: 500, operations: ['getRoadmap'] }] } });
  const result = await collect(async (collection) => {
    await waitUntil(() => isPassOver(collection), { deadlineMs: DEADLINE_MS, what: 'the first pass' });
    expect(await collection.progress()).toMatchObject({ pass: 1, stored: DATASETS - COHORTS, failed: COHORTS });
    expect(await parts.run('SK001', DATE, 'roadmap')).toMatchObject({ status: 'failed', stored_at: null });
    await waitUntil(() => announced().length === DATASETS - COHORTS, {
      deadlineMs: DEADLINE_MS,
      what: 'the triggers of pass 1',
    });
    await parts.simulator.setKnobs({ lms: { faults: [] } });
  });
  expect(result).toMatchObject({ stored: DATASETS, failed: 0, failures: [], statistics: 'sent' });
  expect(announced()).toHaveLength(DATASETS);
  expect(new Set(announced()).size).toBe(DATASETS);
});

it('lets no sick cohorts stop the others', async () => {
  const sick = Array.from({ length: 7 }, (_, index) => `SK00${index + 1}`);
  await parts.simulator.setKnobs({
    lms: {
      faults: [
        { fault: 'hang', operations: ['listVodLogs'], cohorts: sick.slice(0, 3) },
        { fault: 'status', status: 500, operations: ['listVodLogs'], cohorts: sick.slice(3) },
      ],
    },
  });
  const result = await collect(async (collection) => {
    const storedVod = async () => {
      const [row] = await parts.database.query<{ stored: number }>(
        `SELECT COUNT(*) AS stored FROM openeg_collection_runs WHERE status = 'stored' AND data_type = 'vod'`,
      );
      return Number(row?.stored);
    };
    await waitUntil(async () => (await storedVod()) === 13, { deadlineMs: DEADLINE_MS, what: 'the other thirteen' });
    expect((await collection.progress()).pass).toBe(1);
    await parts.simulator.setKnobs({ lms: { faults: [] } });
  });
  expect(result).toMatchObject({ stored: DATASETS, failed: 0 });
});

it('stores everything although all requests of the first pass failed', async () => {
  await parts.simulator.setKnobs({ lms: { faults: [{ fault: 'html-page' }] } });
  const result = await collect(async (collection) => {
    await waitUntil(() => isPassOver(collection), { deadlineMs: DEADLINE_MS, what: 'the first pass' });
    expect(await collection.progress()).toMatchObject({ pass: 1, stored: 0, failed: DATASETS });
    await parts.simulator.setKnobs({ lms: { faults: [] } });
  });
  expect(result).toMatchObject({ stored: DATASETS, failed: 0 });
  expect(announced()).toHaveLength(DATASETS);
  expect(new Set(announced()).size).toBe(DATASETS);
});
