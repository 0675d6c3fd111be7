import { eraseExpired } from '../../../src/adapters/database/people/erase-expired';
import { createTestDatabase, type TestDatabase } from '../../support/database';

const DAYS = 30;
let test: TestDatabase;

beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

const erase = () => eraseExpired(test.database, DAYS, () => {});
const count = async (table: string) =>
  Number((await test.database.query<{ rows: number }>(`SELECT COUNT(*) AS \`rows\` FROM ${table}`))[0]!.rows);

async function addEntry(name: string, age: { createdDays: number; processed: boolean }): Promise<void> {
  await test.database.execute(
    `INSERT INTO openeg_entry_tracking (entry_hash, sk_id, entry_id, created_at, detected_at, processed_at)
     VALUES (SHA2(?, 256), 'SK1', ?, UTC_TIMESTAMP(3) - INTERVAL ? DAY, UTC_TIMESTAMP(3) - INTERVAL ? DAY,
       IF(?, UTC_TIMESTAMP(3), NULL))`,
    [name, name, age.createdDays, age.createdDays, age.processed],
  );
}

async function entries(): Promise<string[]> {
  const rows = await test.database.query<{ entry_id: string }>(
    'SELECT entry_id FROM openeg_entry_tracking ORDER BY entry_id',
  );
  return rows.map((row) => row.entry_id);
}

it('erases old attendance in batches and keeps the rest', async () => {
  for (let student = 0; student < 9; student++) {
    const rows = Array.from({ length: 500 }, (_, index) => [
      ...['SK1', `S${student}-${index}`, index < 490 ? '2020-01-01' : '2999-01-01', 1, '학생', 0, 0, 0],
    ]);
    await test.database.execute(
      `INSERT INTO openeg_vod_logs (sk_id, student_id, log_date, period, student_name, duration_seconds, watched_seconds, attended)
       VALUES ?`,
      [rows],
    );
  }
  expect((await erase()).openeg_vod_logs).toBe(4410);
  expect(await count('openeg_vod_logs')).toBe(90);
  expect(Object.values(await erase()).every((rows) => rows === 0)).toBe(true);
});

it('keeps records of inquiries that the LMS may still list to a check', async () => {
  await addEntry('old', { createdDays: 60, processed: true });
  await addEntry('old-and-waiting', { createdDays: 60, processed: false });
  await addEntry('recent', { createdDays: 10, processed: true });

  // The cohort's checks have failed for 59 days: its next check asks from 59 days ago on.
  await test.database.execute(
    `INSERT INTO openeg_inquiry_checks (sk_id, begins_at, checked_at)
     VALUES ('SK1', UTC_TIMESTAMP(3) - INTERVAL 90 DAY, UTC_TIMESTAMP(3) - INTERVAL 59 DAY)`,
  );
  await erase();
  expect(await entries()).toEqual(['old', 'old-and-waiting', 'recent']);

  await test.database.execute(`UPDATE openeg_inquiry_checks SET checked_at = UTC_TIMESTAMP(3)`);
  await erase();
  expect(await entries()).toEqual(['old-and-waiting', 'recent']);
});

it('never erases waiting alerts, open incidents and completions that were not reported', async () => {
  const old = `'2020-01-01'`;
  await test.database.execute(
    `INSERT INTO openeg_chat_outbox (request_id, kind, thread_key, content, state, created_at) VALUES
     ('waiting', 'inquiry', 't', '{}', 'waiting', ${old}), ('sent', 'inquiry', 't', NULL, 'sent', ${old})`,
  );
  await test.database.execute(
    `INSERT INTO openeg_incidents (incident_key, is_open, summary, opened_at, closed_at) VALUES
     ('open', 1, '', ${old}, NULL), ('closed', NULL, '', ${old}, ${old})`,
  );
  await test.database.execute(
    `INSERT INTO openeg_video_completions
       (completion_id, member_no, edu_no, chasi_no, project_no, progress_rate, completed_at, reported_at) VALUES
     (UUID(), 'M1', 'E', 'C', 'SK1', 1, ${old}, NULL), (UUID(), 'M2', 'E', 'C', 'SK1', 1, ${old}, ${old})`,
  );
  expect(await erase()).toMatchObject({ openeg_chat_outbox: 1, openeg_incidents: 1, openeg_video_completions: 1 });
  for (const table of ['openeg_chat_outbox', 'openeg_incidents', 'openeg_video_completions']) {
    expect({ table, rows: await count(table) }).toEqual({ table, rows: 1 });
  }
});
