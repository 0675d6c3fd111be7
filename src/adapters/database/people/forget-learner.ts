import { ServiceError } from '../../../domain/shared/service-error';
import type { Database, Queryable } from '../core/database';

/** Rows that were erased, by table. */
export type ErasedRows = Record<string, number>;

/** In this order a member's rows are locked by saves too. */
const MEMBER_TABLES = [
  'openeg_progress_members',
  'openeg_video_progress',
  'openeg_progress_saves',
  'openeg_video_completions',
];
const STUDENT_TABLES = ['openeg_vod_logs', 'openeg_task_submissions', 'openeg_pbl_submissions'];

/**
 * Erases what is known of a member's lectures: progress, saves, clocks, completions. A report to the LMS that is under way
 * finds nothing and ends. A page that still holds something unsent begins anew with it.
 */
export function forgetMember(database: Database, memberNo: string): Promise<ErasedRows> {
  return database.transaction(async (transaction) => {
    // Every save of the member waits for this row, so that none of them half outlives the erasure.
    await transaction.query('SELECT member_no FROM openeg_progress_members WHERE member_no = ? FOR UPDATE', [memberNo]);
    return eraseFrom(transaction, MEMBER_TABLES, 'member_no = ?', [memberNo]);
  });
}

/**
 * Erases a student's collected rows of one cohort, and notes the student so that later collections leave the rows out.
 * @throws ServiceError COHORT_UNKNOWN
 */
export function forgetStudent(database: Database, skId: string, studentId: string): Promise<ErasedRows> {
  return database.transaction(async (transaction) => {
    // A collection that does not know of the erasure yet holds this row until it has stored: see lockErasedStudents.
    const cohort = await transaction.query('SELECT sk_id FROM openeg_gather_town_info WHERE sk_id = ? FOR UPDATE', [
      skId,
    ]);
    if (cohort.length === 0) {
      throw new ServiceError('COHORT_UNKNOWN', `No cohort ${skId} is known: "openeg cohorts list" names them.`);
    }
    await transaction.execute(
      `INSERT INTO openeg_erased_students (sk_id, student_id, erased_at) VALUES (?, ?, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE student_id = student_id`,
      [skId, studentId],
    );
    return eraseFrom(transaction, STUDENT_TABLES, 'sk_id = ? AND student_id = ?', [skId, studentId]);
  });
}

async function eraseFrom(
  transaction: Queryable,
  tables: readonly string[],
  condition: string,
  parameters: readonly string[],
): Promise<ErasedRows> {
  const erased: ErasedRows = {};
  for (const table of tables) {
    erased[table] = (await transaction.execute(`DELETE FROM ${table} WHERE ${condition}`, parameters)).affectedRows;
  }
  return erased;
}
