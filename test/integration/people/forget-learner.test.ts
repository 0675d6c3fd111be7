import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import { lockErasedStudents } from '../../../src/adapters/database/people/forget-learner';
import { forgetMember, forgetStudent } from '../../../src/adapters/database/people/forget-learner';
import { createSecretBox } from '../../../src/adapters/secret-box';
import { createTestDatabase, type TestDatabase } from '../../support/database';

let test: TestDatabase;

beforeEach(async () => {
  test = await createTestDatabase();
  const box = createSecretBox(Buffer.alloc(32, 7));
  const account = { cohortName: '기수', loginId: 'login', password: 'password', chatWebhookUrl: null };
  await importCohorts(test.database, box, [{ ...account, skId: 'SK1' }]);
  for (const studentId of ['S1', 'S2']) {
    await test.database.execute(
      `INSERT INTO openeg_vod_logs (sk_id, student_id, log_date, period, student_name, duration_seconds, watched_seconds, attended)
       VALUES ('SK1', ?, '2025-01-20', 1, '학생', 0, 0, 0)`,
      [studentId],
    );
    await test.database.execute(
      `INSERT INTO openeg_task_submissions (sk_id, task_id, student_id, status) VALUES ('SK1', 'T1', ?, 'submitted')`,
      [studentId],
    );
    await test.database.execute(
      `INSERT INTO openeg_pbl_submissions (sk_id, problem_id, student_id, status) VALUES ('SK1', 'P1', ?, 'submitted')`,
      [studentId],
    );
  }
  for (const memberNo of ['M1', 'M2']) {
    await test.database.execute('INSERT INTO openeg_progress_members (member_no) VALUES (?)', [memberNo]);
    await test.database.execute(
      `INSERT INTO openeg_video_progress (member_no, edu_no, chasi_no, project_no, watched, refusals)
       VALUES (?, 'E', 'C', 'SK1', '[]', '[]')`,
      [memberNo],
    );
    await test.database.execute(
      `INSERT INTO openeg_video_completions
         (completion_id, member_no, edu_no, chasi_no, project_no, progress_rate, completed_at)
       VALUES (UUID(), ?, 'E', 'C', 'SK1', 0.8, UTC_TIMESTAMP(3))`,
      [memberNo],
    );
  }
});
afterEach(() => test.drop());

async function left(table: string, column: string): Promise<unknown[]> {
  const rows = await test.database.query<Record<string, unknown>>(
    `SELECT DISTINCT ${column} AS who FROM ${table} ORDER BY who`,
  );
  return rows.map((row) => row.who);
}

it('erases a member from every table, and no other member', async () => {
  expect(await forgetMember(test.database, 'M1')).toEqual({
    openeg_progress_members: 1,
    openeg_video_progress: 1,
    openeg_progress_saves: 0,
    openeg_video_completions: 1,
  });
  for (const table of ['openeg_progress_members', 'openeg_video_progress', 'openeg_video_completions']) {
    expect(await left(table, 'member_no')).toEqual(['M2']);
  }
  expect(Object.values(await forgetMember(test.database, 'M1'))).toEqual([0, 0, 0, 0]);
});

it('erases a student of a cohort and notes the student for later collections', async () => {
  const erased = await forgetStudent(test.database, 'SK1', 'S1');
  expect(erased).toEqual({ openeg_vod_logs: 1, openeg_task_submissions: 1, openeg_pbl_submissions: 1 });
  for (const table of Object.keys(erased)) expect(await left(table, 'student_id')).toEqual(['S2']);
  await forgetStudent(test.database, 'SK1', 'S1');
  const known = await test.database.readThenWrite([lockErasedStudents('SK1')], ([rows]) => ({
    write: [],
    result: rows,
  }));
  expect(known).toEqual([{ studentId: 'S1' }]);
});

it('refuses an unknown cohort and notes nothing', async () => {
  await expect(forgetStudent(test.database, 'SK9', 'S1')).rejects.toMatchObject({ code: 'COHORT_UNKNOWN' });
  expect(await left('openeg_erased_students', 'student_id')).toEqual([]);
});
