import { startRuns, storeDataset } from '../../../src/adapters/database/collection/store-dataset';
import { databaseTime } from '../../../src/adapters/database/core/database';
import { DATASETS } from '../../../src/domain/collection/datasets/all-datasets';
import type { LearningDate } from '../../../src/domain/shared/learning-date';
import { createTestDatabase, type TestDatabase } from '../../support/database';

/* The database's clock was set back: readings that were stored before lie in its future. */

const key = { skId: 'SK1', dataType: 'roadmap' as const, date: '2025-01-20' as LearningDate };
const [units, lessons] = DATASETS.roadmap.tables;
let test: TestDatabase;

beforeEach(async () => {
  test = await createTestDatabase();
  await test.database.execute(
    "INSERT INTO openeg_gather_town_info (sk_id, cohort_name, login_id, login_secret) VALUES ('SK1', '기수', 'l', '')",
  );
});
afterEach(() => test.drop());

const store = async (title: string, readAt: Date) =>
  storeDataset(test.database, { key, readAt, workflowId: 'w' }, [
    { table: units!, rows: [{ unit_id: 'U1', title, position: 1, progress_rate: null }] },
    { table: lessons!, rows: [] },
  ]);
const title = async () =>
  (await test.database.query<{ title: string }>('SELECT title FROM openeg_roadmap_units'))[0]?.title;
const inAnHour = async () => new Date((await databaseTime(test.database)).getTime() + 3_600_000);

it('replaces a reading from the future, and keeps to the order of the others', async () => {
  await store('future', await inAnHour());
  const readAt = await databaseTime(test.database);
  expect(await store('present', readAt)).toMatchObject({ isSuperseded: false, reading: { readAt } });
  expect(await title()).toBe('present');
  const older = new Date(readAt.getTime() - 1);
  expect(await store('older', older)).toMatchObject({ isSuperseded: true, reading: { readAt } });
  expect(await title()).toBe('present');
});

it('takes no reading from the future for new enough', async () => {
  const requestedAt = await databaseTime(test.database);
  const start = () => startRuns(test.database, { ...key, dataTypes: ['roadmap'], requestedAt, workflowId: 'w' });
  await store('future', await inAnHour());
  expect((await start()).newEnough.size).toBe(0);
  await store('present', await databaseTime(test.database));
  expect((await start()).newEnough.size).toBe(1);
});
