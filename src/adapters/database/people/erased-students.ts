import type { Statement } from '../core/database';

export interface ErasedStudentRow {
  /** Null in the one row of a cohort without erased students. */
  studentId: string | null;
}

/**
 * Students of the cohort whose data was erased on request. Holds a shared lock on the cohort's row until the transaction
 * ends: an erasure that locks the row exclusively before it deletes is never overtaken by a collection that did not know.
 */
export function lockErasedStudents(skId: string): Statement {
  return {
    sql: `SELECT erased.student_id AS studentId FROM openeg_gather_town_info cohort
     LEFT JOIN openeg_erased_students erased ON erased.sk_id = cohort.sk_id
     WHERE cohort.sk_id = ? LOCK IN SHARE MODE`,
    parameters: [skId],
  };
}
