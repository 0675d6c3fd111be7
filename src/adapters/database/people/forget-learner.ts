import { COLLECTED_TABLES } from '../../../domain/collection/datasets/all-datasets';
import { ServiceError } from '../../../domain/shared/service-error';
import type { Database, Queryable, Statement } from '../core/database';

/** Erased rows, by table. */
export type ErasedRows = Record<string, number>;

/** The tables with a `member_no`, in the order in which a save locks a member's rows. */
const MEMBER_TABLES = [
  'openeg_progress_members',
  'openeg_video_progress',
  'openeg_progress_saves',
  'openeg_video_completions',
];

/** The tables with a student's collected rows. */
const STUDENT_TABLES = COLLECTED_TABLES.flatMap(({ name, studentColumn }) =>
  studentColumn === null ? [] : [{ name, studentColumn }],
);

/**
 * Erases everything about a member's lectures: progress, saves, clocks, completions. A report to the LMS that is under way
 * finds no row and ends. A page that still has unsent progress starts anew with it.
 */
export function forgetMember(database: Database, memberNo: string): Promise<ErasedRows> {
  return database.transaction(async (transaction) => {
    // Every save of the member locks this row first, so no save can write between the deletions.
    await transaction.query('SELECT member_no FROM openeg_progress_members WHERE member_no = ? FOR UPDATE', [memberNo]);
    const erased: ErasedRows = {};
    for (const table of MEMBER_TABLES) {
      erased[table] = await erase(transaction, table, 'member_no = ?', [memberNo]);
    }
    return erased;
  });
}

/**
 * Erases a student's collected rows of one cohort. Notes the student, so that later collections leave the rows out.
 * @throws ServiceError COHORT_UNKNOWN
 */
export function forgetStudent(database: Database, skId: string, studentId: string): Promise<ErasedRows> {
  return database.transaction(async (transaction) => {
    // Waits for a collection that is storing and does not know of the erasure: see lockErasedStudents.
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
    const erased: ErasedRows = {};
    for (const { name, studentColumn } of STUDENT_TABLES) {
      erased[name] = await erase(transaction, name, `sk_id = ? AND ${studentColumn} = ?`, [skId, studentId]);
    }
    return erased;
  });
}

async function erase(
  transaction: Queryable,
  table: string,
  condition: string,
  parameters: readonly string[],
): Promise<number> {
  return (await transaction.execute(`DELETE FROM ${table} WHERE ${condition}`, parameters)).affectedRows;
}

export interface ErasedStudentRow {
  /** Null in the only row of a cohort without erased students. */
  studentId: string | null;
}

/**
 * Selects the cohort's erased students and takes a shared lock on the cohort's row until the transaction ends. An erasure
 * takes the exclusive lock first, so it deletes either before the collection reads this list or after it has stored.
 */
export function lockErasedStudents(skId: string): Statement {
  return {
    sql: `SELECT erased.student_id AS studentId FROM openeg_gather_town_info cohort
     LEFT JOIN openeg_erased_students erased ON erased.sk_id = cohort.sk_id
     WHERE cohort.sk_id = ? LOCK IN SHARE MODE`,
    parameters: [skId],
  };
}
