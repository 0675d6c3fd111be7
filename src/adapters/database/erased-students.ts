import type { Queryable } from './database';

/**
 * Students of the cohort whose data was erased on request. Holds a shared lock on the cohort's row until the transaction
 * ends: an erasure that locks the row exclusively before it deletes is never overtaken by a collection that did not know.
 */
export async function lockErasedStudents(transaction: Queryable, skId: string): Promise<Set<string>> {
  await transaction.query('SELECT sk_id FROM openeg_gather_town_info WHERE sk_id = ? LOCK IN SHARE MODE', [skId]);
  const rows = await transaction.query<{ student_id: string }>(
    'SELECT student_id FROM openeg_erased_students WHERE sk_id = ?',
    [skId],
  );
  return new Set(rows.map((row) => row.student_id));
}
