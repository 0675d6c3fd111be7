import { Client, Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { DATA_TYPES } from '../../../src/domain/collection/data-type';
import type { PrivateTemporal } from '../../../tools/servers/start-temporal';
import {
  describeNightlySchedule,
  nightlySchedule,
  pauseSchedule,
  resumeSchedules,
  updateSchedules,
} from '../../../src/temporal/schedules';
import { NIGHTLY_SCHEDULE_ID, RETENTION_SCHEDULE_ID } from '../../../src/workflows/contract';
import { fakeCollection, withCollectionWorkers } from './fake-collection';
import { connectWhenHealthy, startImpatientTemporalServer } from '../../support/temporal';
import { waitUntil } from '../../support/wait-until';

const DEADLINE_MS = 100_000;

let server: PrivateTemporal;
let connection: NativeConnection;
let client: Client;
beforeAll(async () => {
  server = await startImpatientTemporalServer(1_000);
  connection = await connectWhenHealthy(server.address);
  client = new Client({ connection: await Connection.connect({ address: server.address }) });
});
afterAll(async () => {
  await client?.connection.close();
  await connection?.close();
  await server?.stop();
});

it('backfills three past nights in order, each with the day before as its date', async () => {
  const fake = fakeCollection(['SK1']);
  const schedule = await client.schedule.create({
    scheduleId: NIGHTLY_SCHEDULE_ID,
    ...nightlySchedule('02:00'),
  });
  await withCollectionWorkers(connection, fake, async () => {
    // 02:00 in Seoul on the 21st, the 22nd and the 23rd.
    await schedule.backfill({ start: new Date('2025-01-20T16:00:00Z'), end: new Date('2025-01-22T18:00:00Z') });
    await waitUntil(() => fake.sent.length === 3, { deadlineMs: DEADLINE_MS, what: 'three nights' });
  });
  expect(fake.sent.map(({ targetDate }) => targetDate)).toEqual(['2025-01-20', '2025-01-21', '2025-01-22']);
  expect(fake.collected.map(({ date }) => date)).toEqual(
    ['2025-01-20', '2025-01-21', '2025-01-22'].flatMap((date) => Array<string>(DATA_TYPES.length).fill(date)),
  );
});

it('is updated only where it differs, also while it is paused', async () => {
  const handle = client.schedule.getHandle(NIGHTLY_SCHEDULE_ID);
  const updatedAt = async () => (await handle.describe()).info.lastUpdatedAt?.getTime();
  const settings = { collectionTime: '02:00', erasesOldData: true };
  await updateSchedules(client.schedule, settings);
  expect(await updatedAt()).toBeUndefined();
  await updateSchedules(client.schedule, { ...settings, collectionTime: '03:30' });
  const changedAt = await updatedAt();
  expect(changedAt).toBeDefined();
  expect(await describeNightlySchedule(client.schedule)).toMatchObject({ state: 'scheduled', time: '03:30' });

  expect(await pauseSchedule(client.schedule, NIGHTLY_SCHEDULE_ID)).toBe('paused');
  expect(await pauseSchedule(client.schedule, NIGHTLY_SCHEDULE_ID)).toBe('was paused');
  await updateSchedules(client.schedule, { ...settings, collectionTime: '02:00' });
  expect(await describeNightlySchedule(client.schedule)).toMatchObject({ state: 'paused', time: '02:00' });
  // A worker that begins to erase makes the other Schedule, but not one that runs.
  await client.schedule.getHandle(RETENTION_SCHEDULE_ID).delete();
  await updateSchedules(client.schedule, settings);
  expect((await client.schedule.getHandle(RETENTION_SCHEDULE_ID).describe()).state.paused).toBe(true);
  expect(await resumeSchedules(client.schedule)).toBe(true);
  expect(await resumeSchedules(client.schedule)).toBe(false);
  expect((await client.schedule.getHandle(RETENTION_SCHEDULE_ID).describe()).state.paused).toBe(false);
});

it('is described with its options', async () => {
  const { spec, policies, action } = await client.schedule.getHandle(NIGHTLY_SCHEDULE_ID).describe();
  expect(spec).toMatchObject({ timezone: 'Asia/Seoul' });
  expect(policies).toMatchObject({ overlap: 'BUFFER_ALL', catchupWindow: 7 * 24 * 60 * 60 * 1000 });
  expect(action).toMatchObject({ workflowType: 'nightlyCollection', args: [{}] });
});
