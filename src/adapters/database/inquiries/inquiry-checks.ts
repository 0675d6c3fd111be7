import type { InquiryCheckState } from '../../../domain/inquiries/inquiry-window';
import type { Queryable } from '../core/database';

export interface SucceededCheck {
  skId: string;
  /** Of a first check that found the LMS's clock slow: nothing older than `to` is ever alerted, instead of `from`. */
  movedBegin?: { from: Date; to: Date };
  /** The next check begins from here: the start of this one. */
  checkedAt: Date;
  /** Whether this check looked back a whole day. */
  lookedBack: boolean;
}

export interface FailedCheck {
  skId: string;
  code: string;
  message: string;
}

/** What earlier checks left, by cohort. A cohort that was never checked and whose import left no row begins an hour ago. */
export async function loadInquiryChecks(
  db: Queryable,
  skIds: readonly string[],
): Promise<Map<string, InquiryCheckState>> {
  const checks = await readChecks(db, skIds);
  const missing = skIds.filter((skId) => !checks.has(skId));
  if (missing.length === 0) return checks;
  await db.execute(
    `INSERT INTO openeg_inquiry_checks (sk_id, begins_at)
     SELECT sk_id, UTC_TIMESTAMP(3) - INTERVAL 1 HOUR FROM openeg_gather_town_info WHERE sk_id IN (?)
     ON DUPLICATE KEY UPDATE begins_at = openeg_inquiry_checks.begins_at`,
    [missing],
  );
  return readChecks(db, skIds);
}

async function readChecks(db: Queryable, skIds: readonly string[]): Promise<Map<string, InquiryCheckState>> {
  if (skIds.length === 0) return new Map();
  const rows = await db.query<{
    sk_id: string;
    begins_at: Date;
    checked_at: Date | null;
    looked_back_at: Date | null;
  }>('SELECT sk_id, begins_at, checked_at, looked_back_at FROM openeg_inquiry_checks WHERE sk_id IN (?)', [skIds]);
  return new Map(
    rows.map((row) => [
      row.sk_id,
      { beginsAt: row.begins_at, checkedAt: row.checked_at, lookedBackAt: row.looked_back_at },
    ]),
  );
}

/**
 * One statement for a batch of cohorts. What a check's result loses by a death before this is asked for once more.
 * A cohort that was imported anew meanwhile keeps its new `begins_at`.
 */
export async function recordSucceededChecks(db: Queryable, checks: readonly SucceededCheck[]): Promise<void> {
  if (checks.length === 0) return;
  // Together with checked_at: what is a first check no more moves nothing a second time.
  for (const { skId, movedBegin, checkedAt } of checks) {
    if (movedBegin === undefined) continue;
    await db.execute(
      'UPDATE openeg_inquiry_checks SET begins_at = ?, checked_at = ? WHERE sk_id = ? AND begins_at = ? AND checked_at IS NULL',
      [movedBegin.to, checkedAt, skId, movedBegin.from],
    );
  }
  const rows = checks.map(({ skId, checkedAt, lookedBack }) => [
    skId,
    checkedAt,
    checkedAt,
    lookedBack ? checkedAt : null,
  ]);
  await db.execute(
    `INSERT INTO openeg_inquiry_checks (sk_id, begins_at, checked_at, looked_back_at) VALUES ?
     ON DUPLICATE KEY UPDATE checked_at = VALUES(checked_at),
       looked_back_at = COALESCE(VALUES(looked_back_at), looked_back_at), succeeded_at = UTC_TIMESTAMP(3),
       failing_since = NULL, failure_code = NULL, failure_message = NULL`,
    [rows],
  );
}

/** `failing_since` stays at the first of a row of failures. */
export async function recordFailedChecks(db: Queryable, checks: readonly FailedCheck[]): Promise<void> {
  for (const { skId, code, message } of checks) {
    await db.execute(
      `UPDATE openeg_inquiry_checks SET failing_since = COALESCE(failing_since, UTC_TIMESTAMP(3)), failure_code = ?,
         failure_message = LEFT(?, 500) WHERE sk_id = ?`,
      [code, message, skId],
    );
  }
}
