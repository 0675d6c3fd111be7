import { eraseExpired } from '../../../src/adapters/database/people/erase-expired';
import { forgetMember, forgetStudent } from '../../../src/adapters/database/people/forget-learner';
import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import { createSecretBox } from '../../../src/adapters/secret-box';
import { COLLECTED_TABLES } from '../../../src/domain/collection/datasets/all-datasets';
import { createTestDatabase, type TestDatabase } from '../../support/database';

/*
 * The migrated database says which tables exist. `openeg forget` and the retention must cover each table with rows about
 * learners, whatever its columns are called. So a new table fails here until this list says whose rows it has.
 */

/** The person in the rows of a table: a student of the LMS, a member of the lecture pages, or nobody. */
const ROWS_ABOUT: Record<string, 'student' | 'member' | 'nobody'> = {
  openeg_chat_outbox: 'nobody',
  openeg_collection_runs: 'nobody',
  openeg_dataset_readings: 'nobody',
  openeg_entry_tracking: 'nobody',
  openeg_erased_students: 'student',
  openeg_gather_town_info: 'nobody',
  openeg_incidents: 'nobody',
  openeg_inquiry_checks: 'nobody',
  openeg_leases: 'nobody',
  openeg_lms_accounts: 'nobody',
  openeg_lms_refusals: 'nobody',
  openeg_migrations: 'nobody',
  openeg_pbl_problems: 'nobody',
  openeg_pbl_submissions: 'student',
  openeg_progress_members: 'member',
  openeg_progress_saves: 'member',
  openeg_roadmap_lessons: 'nobody',
  openeg_roadmap_units: 'nobody',
  openeg_service_state: 'nobody',
  openeg_statistics_triggers: 'nobody',
  openeg_task_submissions: 'student',
  openeg_tasks: 'nobody',
  openeg_video_completions: 'member',
  openeg_video_progress: 'member',
  openeg_vod_logs: 'student',
};

/** Collections need these rows to leave out erased students, so they stay (contract section 5). */
const STAYS = 'openeg_erased_students';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  const account = { skId: 'SK1', cohortName: '기수', loginId: 'login', password: 'password', chatWebhookUrl: null };
  await importCohorts(test.database, createSecretBox(Buffer.alloc(32, 7)), [account]);
});
afterAll(() => test?.drop());

/** The tables that an erasure must empty. */
const tablesAbout = (learner: 'student' | 'member') =>
  Object.keys(ROWS_ABOUT).filter((table) => ROWS_ABOUT[table] === learner && table !== STAYS);

it('knows of every table whose rows it has', async () => {
  const rows = await test.database.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  );
  expect(rows.map(({ name }) => name).toSorted()).toEqual(Object.keys(ROWS_ABOUT).toSorted());
});

it.each([
  ['student_id', 'student'],
  ['member_no', 'member'],
])('lists every table with a %s as rows about a %s', async (column, learner) => {
  const rows = await test.database.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = ?',
    [column],
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { name } of rows) expect({ name, about: ROWS_ABOUT[name] }).toEqual({ name, about: learner });
});

it('erases a student from every table with rows about students', async () => {
  const erased = await forgetStudent(test.database, 'SK1', 'S1');
  expect(Object.keys(erased).toSorted()).toEqual(tablesAbout('student').toSorted());
});

it('erases a member from every table with rows about members', async () => {
  const erased = await forgetMember(test.database, 'M1');
  expect(Object.keys(erased).toSorted()).toEqual(tablesAbout('member').toSorted());
});

it('names a student column in exactly those collected tables that have rows about students', () => {
  const named = COLLECTED_TABLES.filter(({ studentColumn }) => studentColumn !== null).map(({ name }) => name);
  expect(named.toSorted()).toEqual(tablesAbout('student').toSorted());
});

it('erases expired rows of every learner table, except those that each collection replaces and completions', async () => {
  const erased = Object.keys(await eraseExpired(test.database, 30, () => {}));
  const replaced = COLLECTED_TABLES.filter(({ dateColumn }) => dateColumn === undefined).map(({ name }) => name);
  const learnerTables = [...tablesAbout('student'), ...tablesAbout('member')];
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
