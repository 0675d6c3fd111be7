import { createProgressRecorder } from '../../../src/adapters/database/completion/record-progress';
import { readProgress } from '../../../src/adapters/database/completion/video-progress';
import { eraseExpired } from '../../../src/adapters/database/people/erase-expired';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { fillAttendance, fillCohorts, fillReadings } from '../../support/fill-tables';

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

it('erases old attendance cohort by cohort in batches and keeps the rest', async () => {
  await fillCohorts(test.database, 3);
  for (const cohort of [0, 1, 2]) await fillAttendance(test.database, cohort, 40, 100);
  await fillReadings(test.database, 3, 40);
  const old = { openeg_vod_logs: 3 * 9 * 800, openeg_dataset_readings: 3 * 9 };
  expect(await erase()).toMatchObject(old);
  expect(await count('openeg_vod_logs')).toBe(3 * 31 * 800);
  // Those of the data types without a date stay.
  expect(await count('openeg_dataset_readings')).toBe(3 * 31 + 9);
  expect(Object.values(await erase()).every((rows) => rows === 0)).toBe(true);
});

it('continues an erasure that was interrupted', async () => {
  await fillCohorts(test.database, 2);
  for (const cohort of [0, 1]) await fillAttendance(test.database, cohort, 40, 100);
  let statements = 0;
  const interrupted = eraseExpired(test.database, DAYS, () => {
    statements += 1;
    if (statements === 2) throw new Error('The worker stops');
  });
  await expect(interrupted).rejects.toThrow('The worker stops');
  const left = await count('openeg_vod_logs');
  expect(left).toBeLessThan(2 * 40 * 800);
  expect((await erase()).openeg_vod_logs).toBe(left - 2 * 31 * 800);
});

it('keeps the fact that a lesson was completed, and erases how', async () => {
  await test.database.execute(
    `INSERT INTO openeg_video_progress (member_no, edu_no, chasi_no, project_no, completion_video_time, total_video_time,
       progress_rate, completed, completed_at, watched, refusals, clock_ms, last_call_at) VALUES
     ('M1', 'E', 'done', 'SK1', 1000, 1000, 1, 1, '2020-01-01', '[[0,1000]]', '[]', 5000, '2020-01-01'),
     ('M1', 'E', 'begun', 'SK1', 10, 1000, 0.01, 0, NULL, '[[0,10]]', NULL, 5000, '2020-01-01')`,
  );
  await test.database.execute(
    `INSERT INTO openeg_progress_members (member_no, clock_ms, last_call_at, credited_ms) VALUES ('M1', 5, '2020-01-01', 9)`,
  );
  expect(await erase()).toMatchObject({ openeg_video_progress: 2, openeg_progress_members: 1 });
  const key = { projectNo: 'SK1', eduNo: 'E', chasiNo: 'done', memberNo: 'M1' };
  expect(await readProgress(test.database, key)).toMatchObject({
    completedAtMs: Date.UTC(2020, 0, 1),
    watched: [[0, 1000]],
    clock: null,
    refusals: [],
  });
  expect(await count('openeg_video_progress')).toBe(1);
  expect((await erase()).openeg_video_progress).toBe(0);
  const { lesson, completionId } = await createProgressRecorder(test.database, { maxPlaybackRate: 2 }).open(key);
  expect({ completedAtMs: lesson.completedAtMs, completionId }).toEqual({
    completedAtMs: Date.UTC(2020, 0, 1),
    completionId: null,
  });
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

it('never erases waiting alerts, open incidents and completions', async () => {
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
  expect(await erase()).toMatchObject({ openeg_chat_outbox: 1, openeg_incidents: 1 });
  expect(await count('openeg_chat_outbox')).toBe(1);
  expect(await count('openeg_incidents')).toBe(1);
  expect(await count('openeg_video_completions')).toBe(2);
});
