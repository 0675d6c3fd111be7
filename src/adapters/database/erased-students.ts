import type { Queryable } from './database';

/**
 * Students of the cohort whose data was erased on request. Holds a shared lock on the cohort's row until the transaction
 * ends: an erasure that locks the row exclusively before it deletes is never overtaken by a collection that did not know.
 */
export async function lockErasedStudents(transaction: Queryable, skId: string): Promise<Set<string>> {
  const rows = await transaction.query<{ student_id: string | null }>(
    `SELECT erased.student_id FROM openeg_gather_town_info cohort
     LEFT JOIN openeg_erased_students erased ON erased.sk_id = cohort.sk_id
     WHERE cohort.sk_id = ? LOCK IN SHARE MODE`,
    [skId],
  );
  return new Set(rows.flatMap((row) => row.student_id ?? []));
}
