import type { InquiryCheckState } from '../../../domain/inquiries/inquiry-window';
import type { Queryable } from '../core/database';

export interface SucceededCheck {
  skId: string;
  /** Set by a first check that found the LMS's clock slow: `begins_at` changes from `from` to `to`. */
  movedBegin?: { from: Date; to: Date };
  /** The start of this check, from which the next window counts. */
  checkedAt: Date;
  /** The outcome of the wide window. */
  wide: 'not due' | 'succeeded' | 'failed';
  /** Checks in a row that listed nothing, this one included. */
  emptyChecks: number;
  /** Inquiries up to this one's creation are listed no more; null where this check found none deleted. */
  deletedUntil: Date | null;
}

/** An inquiry that is older is waited for no more (contract section 5). */
const FOLLOWED_DAYS = 14;
/** A wide window that fails for longer is told. */
const WIDE_FAILURE_MINUTES = 60;

export interface FailedCheck {
  skId: string;
  code: string;
  message: string;
}

/**
 * The active cohorts, the one whose last successful check is oldest first. Behind a slow LMS not all of a tick's checks
 * get their turn, and those that did not come first in the next tick.
 */
export async function listCohortsToCheck(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ sk_id: string }>(
    `SELECT c.sk_id FROM openeg_gather_town_info c LEFT JOIN openeg_inquiry_checks k ON k.sk_id = c.sk_id
     WHERE c.active = 1 ORDER BY k.checked_at, c.sk_id`,
  );
  return rows.map((row) => row.sk_id);
}

/** The state of each cohort's checks. A cohort without a row gets one that begins an hour ago. */
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

/** The newest known inquiry of each cohort is read from one entry of the index. */
async function readChecks(db: Queryable, skIds: readonly string[]): Promise<Map<string, InquiryCheckState>> {
  if (skIds.length === 0) return new Map();
  const rows = await db.query<{
    sk_id: string;
    begins_at: Date;
    checked_at: Date | null;
    looked_back_at: Date | null;
    wide_tried_at: Date | null;
    empty_checks: number;
    newest_known_at: Date | null;
  }>(
    `SELECT k.sk_id, k.begins_at, k.checked_at, k.looked_back_at, k.wide_tried_at, k.empty_checks,
       (SELECT MAX(t.created_at) FROM openeg_entry_tracking t
        WHERE t.sk_id = k.sk_id AND t.created_at >= UTC_TIMESTAMP(3) - INTERVAL ${FOLLOWED_DAYS} DAY
          AND (k.deleted_until IS NULL OR t.created_at > k.deleted_until)) AS newest_known_at
     FROM openeg_inquiry_checks k WHERE k.sk_id IN (?)`,
    [skIds],
  );
  return new Map(
    rows.map((row) => [
      row.sk_id,
      {
        beginsAt: row.begins_at,
        checkedAt: row.checked_at,
        wideCheckedAt: row.looked_back_at,
        wideTriedAt: row.wide_tried_at,
        newestKnownAt: row.newest_known_at,
        emptyChecks: row.empty_checks,
      },
    ]),
  );
}

/**
 * Records a batch of checks in one statement. When the process dies before this, the next check asks for the same
 * window again. A cohort that was imported again meanwhile keeps its new `begins_at`.
 */
export async function recordSucceededChecks(db: Queryable, checks: readonly SucceededCheck[]): Promise<void> {
  if (checks.length === 0) return;
  // Sets checked_at in the same statement, so that the begin can move only once.
  for (const { skId, movedBegin, checkedAt } of checks) {
    if (movedBegin === undefined) continue;
    await db.execute(
      'UPDATE openeg_inquiry_checks SET begins_at = ?, checked_at = ? WHERE sk_id = ? AND begins_at = ? AND checked_at IS NULL',
      [movedBegin.to, checkedAt, skId, movedBegin.from],
    );
  }
  const rows = checks.map(({ skId, checkedAt, wide, emptyChecks, deletedUntil }) => [
    ...[skId, checkedAt, checkedAt, wide === 'succeeded' ? checkedAt : null, wide === 'not due' ? null : checkedAt],
    ...[wide === 'failed' ? checkedAt : null, emptyChecks, deletedUntil],
  ]);
  await db.execute(
    `INSERT INTO openeg_inquiry_checks (sk_id, begins_at, checked_at, looked_back_at, wide_tried_at, wide_failing_since,
       empty_checks, deleted_until) VALUES ?
     ON DUPLICATE KEY UPDATE checked_at = VALUES(checked_at),
       looked_back_at = COALESCE(VALUES(looked_back_at), looked_back_at),
       wide_failing_since = IF(VALUES(wide_tried_at) IS NULL, wide_failing_since,
         IF(VALUES(wide_failing_since) IS NULL, NULL, COALESCE(wide_failing_since, UTC_TIMESTAMP(3)))),
       wide_tried_at = COALESCE(VALUES(wide_tried_at), wide_tried_at),
       empty_checks = VALUES(empty_checks), deleted_until = COALESCE(VALUES(deleted_until), deleted_until),
       succeeded_at = UTC_TIMESTAMP(3), failing_since = NULL, failure_code = NULL, failure_message = NULL`,
    [rows],
  );
}

/** Active cohorts whose wide window has failed for an hour, although their other checks succeed. */
export async function listFailingWideWindows(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ sk_id: string }>(
    `SELECT k.sk_id FROM openeg_inquiry_checks k JOIN openeg_gather_town_info c ON c.sk_id = k.sk_id
     WHERE c.active = 1 AND k.wide_failing_since <= UTC_TIMESTAMP(3) - INTERVAL ${WIDE_FAILURE_MINUTES} MINUTE
     ORDER BY k.sk_id`,
  );
  return rows.map((row) => row.sk_id);
}

/** Records failed checks. `failing_since` stays at the first failure since the last success. */
export async function recordFailedChecks(db: Queryable, checks: readonly FailedCheck[]): Promise<void> {
  for (const { skId, code, message } of checks) {
    await db.execute(
      `UPDATE openeg_inquiry_checks SET failing_since = COALESCE(failing_since, UTC_TIMESTAMP(3)), failure_code = ?,
         failure_message = LEFT(?, 500) WHERE sk_id = ?`,
      [code, message, skId],
    );
  }
}
