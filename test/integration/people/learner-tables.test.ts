import { eraseExpired } from '../../../src/adapters/database/people/erase-expired';
import { forgetMember, forgetStudent } from '../../../src/adapters/database/people/forget-learner';
import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import { createSecretBox } from '../../../src/adapters/secret-box';
import { COLLECTED_TABLES } from '../../../src/domain/collection/datasets/all-datasets';
import { createTestDatabase, type TestDatabase } from '../../support/database';

/*
 * The migrated database says which tables have rows about learners. `openeg forget` and the retention must cover each of
 * them, so a new table that they do not know fails here.
 */

/** Collections need these rows to leave out erased students, so they stay (contract section 5). */
const STAYS = 'openeg_erased_students';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  const account = { skId: 'SK1', cohortName: '기수', loginId: 'login', password: 'password', chatWebhookUrl: null };
  await importCohorts(test.database, createSecretBox(Buffer.alloc(32, 7)), [account]);
});
afterAll(() => test?.drop());

async function tablesWith(column: string): Promise<string[]> {
  const rows = await test.database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = DATABASE() AND column_name = ? ORDER BY name`,
    [column],
  );
  return rows.map(({ name }) => name).filter((name) => name !== STAYS);
}

it('erases a student from every table with a student_id', async () => {
  const tables = await tablesWith('student_id');
  expect(tables).toContain('openeg_vod_logs');
  expect(Object.keys(await forgetStudent(test.database, 'SK1', 'S1')).toSorted()).toEqual(tables);
});

it('erases a member from every table with a member_no', async () => {
  const tables = await tablesWith('member_no');
  expect(tables).toContain('openeg_video_progress');
  expect(Object.keys(await forgetMember(test.database, 'M1')).toSorted()).toEqual(tables);
});

it('erases expired rows of every learner table, except those that each collection replaces and completions', async () => {
  const erased = Object.keys(await eraseExpired(test.database, 30, () => {}));
  const replaced = COLLECTED_TABLES.filter(({ dateColumn }) => dateColumn === undefined).map(({ name }) => name);
  const learnerTables = [...(await tablesWith('student_id')), ...(await tablesWith('member_no'))];
  // Once completed, always completed (contract section 7).
  const stays = [...replaced, 'openeg_video_completions'];
  expect(learnerTables.filter((table) => !erased.includes(table) && !stays.includes(table))).toEqual([]);
});

it('describes collected tables with exactly the columns that they have', async () => {
  for (const { name, dateColumn, keyColumns, valueColumns } of COLLECTED_TABLES) {
    const rows = await test.database.query<{ name: string }>(
      'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?',
      [name],
    );
    const described = ['sk_id', ...(dateColumn === undefined ? [] : [dateColumn]), ...keyColumns, ...valueColumns];
    expect({ name, columns: described.toSorted() }).toEqual({ name, columns: rows.map((row) => row.name).toSorted() });
  }
});
