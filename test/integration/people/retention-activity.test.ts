import { MockActivityEnvironment } from '@temporalio/testing';
import { createRetentionCoreActivities } from '../../../src/activities/people/retention-core-activities';
import { gatherServiceFacts } from '../../../src/adapters/database/operations/service-facts';
import { recordErasureWanted, recordServiceWanted } from '../../../src/adapters/database/operations/service-state';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { fillAttendance, fillCohorts } from '../../support/fill-tables';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
  await fillCohorts(test.database, 2);
  for (const cohort of [0, 1]) await fillAttendance(test.database, cohort, 40, 10);
});
afterEach(() => test.drop());

const erase = (environment = new MockActivityEnvironment(), retentionDays: number | undefined = 30) =>
  environment.run(createRetentionCoreActivities({ database: test.database, retentionDays }).eraseExpiredData);
const erasure = async () =>
  (await gatherServiceFacts(test.database, { collectionTime: '02:00', dataTypes: ['vod'] }, ['erasure'])).erasure;

it('heartbeats, answers the rows by table, and records that it ended', async () => {
  await recordServiceWanted(test.database, true);
  await recordErasureWanted(test.database, true);
  expect(await erasure()).toEqual({ wantedSeconds: expect.any(Number) as number, lastSeconds: null });
  const environment = new MockActivityEnvironment();
  let heartbeats = 0;
  environment.on('heartbeat', () => (heartbeats += 1));
  expect(await erase(environment)).toMatchObject({ openeg_vod_logs: 2 * 9 * 80, openeg_incidents: 0 });
  expect(heartbeats).toBeGreaterThan(2);
  expect(await erasure()).toMatchObject({ lastSeconds: expect.any(Number) as number });
});

it('ends when its worker stops, and does not count as ended', async () => {
  const environment = new MockActivityEnvironment();
  environment.on('heartbeat', () => environment.cancel('WORKER_SHUTDOWN'));
  await expect(erase(environment)).rejects.toThrow('WORKER_SHUTDOWN');
  expect(await erasure()).toMatchObject({ lastSeconds: null });
  expect(await erase()).toMatchObject({ openeg_vod_logs: 9 * 80 });
});

it('is not wanted while the service is stopped', async () => {
  await recordServiceWanted(test.database, false);
  await recordErasureWanted(test.database, true);
  expect(await erasure()).toMatchObject({ wantedSeconds: null });
});
