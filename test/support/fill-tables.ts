import type { Queryable } from '../../src/adapters/database/core/database';

export interface FilledTables {
  cohorts: number;
  /** Before today. */
  days: number;
  students: number;
}

/** Fills the tables that grow over years by statements that make their rows in the database. */
export async function fillTables(db: Queryable, { cohorts, days, students }: FilledTables): Promise<void> {
  await fillCohorts(db, cohorts);
  for (let cohort = 0; cohort < cohorts; cohort += 1) await fillAttendance(db, cohort, days, students);
  await fillReadings(db, cohorts, days);
  await db.execute(
    `INSERT INTO openeg_collection_runs
       (sk_id, collection_date, data_type, status, stored_at, row_count, started_at, finished_at, workflow_id)
     SELECT sk_id, log_date, data_type, 'stored', stored_at, row_count, read_at, stored_at, 'collection'
     FROM openeg_dataset_readings WHERE data_type = 'vod'`,
  );
  await db.execute(
    `INSERT INTO openeg_entry_tracking (entry_hash, sk_id, entry_id, created_at, detected_at, processed_at)
     SELECT SHA2(CONCAT(sk_id, log_date), 256), sk_id, log_date, stored_at, stored_at, stored_at
     FROM openeg_dataset_readings WHERE data_type = 'vod'`,
  );
  await db.execute(
    `INSERT INTO openeg_chat_outbox (request_id, kind, sk_id, thread_key, state, created_at, sent_at)
     SELECT entry_hash, 'inquiry', sk_id, entry_hash, 'sent', created_at, created_at FROM openeg_entry_tracking`,
  );
  await db.execute(
    `INSERT INTO openeg_incidents (incident_key, is_open, summary, opened_at, closed_at)
     SELECT 'alerts-late', NULL, '', created_at, created_at FROM openeg_entry_tracking`,
  );
  await db.execute(
    `INSERT INTO openeg_statistics_triggers (trigger_key, target_date, sk_ids, data_types, state, created_at, sent_at)
     SELECT entry_hash, DATE(created_at), '[]', '[]', 'sent', created_at, created_at FROM openeg_entry_tracking`,
  );
  await db.execute(
    `INSERT INTO openeg_progress_members (member_no, clock_ms, last_call_at, credited_ms)
     SELECT entry_hash, 0, created_at, 0 FROM openeg_entry_tracking`,
  );
  await db.execute(
    `INSERT INTO openeg_video_progress (member_no, edu_no, chasi_no, project_no, completed, watched, last_call_at)
     SELECT entry_hash, 'E', 'C', sk_id, id % 2, '[]', created_at FROM openeg_entry_tracking`,
  );
  await db.execute(
    `INSERT INTO openeg_progress_saves
       (member_no, save_id, body_digest, saved_at, claimed_ms, credited_ms, playback_rate)
     SELECT entry_hash, UNHEX(LEFT(entry_hash, 32)), UNHEX(entry_hash), created_at, 0, 0, 1 FROM openeg_entry_tracking`,
  );
  await db.execute(
    `INSERT INTO openeg_video_completions
       (completion_id, member_no, edu_no, chasi_no, project_no, progress_rate, completed_at, reported_at)
     SELECT LEFT(entry_hash, 36), entry_hash, 'E', 'C', sk_id, 1, created_at, created_at FROM openeg_entry_tracking`,
  );
  for (const [tasks, task, submissions] of [
    ['openeg_tasks', 'task_id', 'openeg_task_submissions'],
    ['openeg_pbl_problems', 'problem_id', 'openeg_pbl_submissions'],
  ] as const) {
    const more = tasks === 'openeg_tasks' ? ['submission_type', "'FILE'"] : ['max_score', '100'];
    await db.execute(
      `INSERT INTO ${tasks} (sk_id, ${task}, title, ${more[0]})
       SELECT sk_id, CONCAT('T', n), '과제', ${more[1]} FROM openeg_gather_town_info JOIN ${numbers(50)}`,
    );
    await db.execute(
      `INSERT INTO ${submissions} (sk_id, ${task}, student_id, status)
       SELECT sk_id, ${task}, CONCAT('S', n), 'SUBMITTED' FROM ${tasks} JOIN ${numbers(students)}`,
    );
  }
}

export async function fillCohorts(db: Queryable, cohorts: number): Promise<void> {
  await db.execute(
    `INSERT INTO openeg_gather_town_info (sk_id, cohort_name, login_id, login_secret)
     SELECT ${SK_ID}, '기수', n, '' FROM ${numbers(cohorts)}`,
  );
  await db.execute(
    `INSERT INTO openeg_inquiry_checks (sk_id, begins_at, checked_at)
     SELECT sk_id, '2020-01-01', UTC_TIMESTAMP(3) FROM openeg_gather_town_info`,
  );
}

/** Eight periods of each student and day. */
export async function fillAttendance(db: Queryable, cohort: number, days: number, students: number): Promise<void> {
  await db.execute(
    `INSERT INTO openeg_vod_logs (sk_id, log_date, student_id, period, student_name, lecture_id, lecture_title,
       duration_seconds, watched_seconds, attended, first_played_at, last_played_at)
     SELECT CONCAT('SK', LPAD(?, 4, '0')), CURRENT_DATE - INTERVAL days.n DAY, CONCAT('S', LPAD(students.n, 4, '0')),
       periods.n + 1, '김학습자', CONCAT('L', periods.n), '데이터베이스 기초 강의', 3000, 2800, 1,
       UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
     FROM ${numbers(days, 'days')} JOIN ${numbers(students, 'students')} JOIN ${numbers(8, 'periods')}`,
    [cohort],
  );
}

/** A reading of each cohort and day, and of each data type without a date. */
export async function fillReadings(db: Queryable, cohorts: number, days: number): Promise<void> {
  await db.execute(
    `INSERT INTO openeg_dataset_readings (sk_id, data_type, log_date, read_at, stored_at, row_count)
     SELECT ${SK_ID.replace('n', 'cohorts.n')}, 'vod', CURRENT_DATE - INTERVAL days.n DAY,
       UTC_TIMESTAMP(3) - INTERVAL days.n DAY, UTC_TIMESTAMP(3) - INTERVAL days.n DAY, 100
     FROM ${numbers(cohorts, 'cohorts')} JOIN ${numbers(days, 'days')}`,
  );
  await db.execute(
    `INSERT INTO openeg_dataset_readings (sk_id, data_type, log_date, read_at, stored_at, row_count)
     SELECT sk_id, data_type, '1970-01-01', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 10 FROM openeg_gather_town_info
     JOIN (SELECT 'pbl' AS data_type UNION SELECT 'task' UNION SELECT 'roadmap') types`,
  );
}

const SK_ID = "CONCAT('SK', LPAD(n, 4, '0'))";

/** A table with the column `n`: 0 to `count` - 1. Both databases can make it, below a million. */
function numbers(count: number, alias = 'numbers'): string {
  const digits =
    '(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)';
  const places = Math.max(1, Math.ceil(Math.log10(count)));
  const names = Array.from({ length: places }, (_, place) => `d${place}`);
  const sum = names.map((name, place) => `${name}.d * ${10 ** place}`).join(' + ');
  return `(SELECT ${sum} AS n FROM ${names.map((name) => `${digits} ${name}`).join(' JOIN ')} HAVING n < ${count}) ${alias}`;
}
