import type { Database, Queryable } from '../core/database';

/*
 * What the service remembers of its accounts at the LMS, so that neither restarts nor crashes lock one: contract
 * section 1, five wrong passwords in ten minutes lock an account for half an hour.
 *
 * `open_attempts` counts log-ins since the last success that the LMS may have counted as wrong: each is counted before
 * it is sent, and taken back only when its outcome proves it harmless. `attempted_at` is when the newest was counted.
 */

/**
 * How long the next log-in waits after the newest, by the number of open attempts; the last one also for more. Any four
 * waits in a row, those after the first attempt on, are longer than ten minutes together, so these never see a fifth
 * attempt, over all processes and crashes. Answers that are lost now and then cost nothing, and an LMS that fails for a minute costs a minute.
 */
const WAITS_MS = [0, 0, 0, 50_000, 570_000, 160_000];
/** After this long without an attempt none of them counts any more. */
const ATTEMPT_WINDOW = 'INTERVAL 10 MINUTE';
/** design: a refused account is left alone for half an hour or until it is imported anew. */
const HOLD = 'INTERVAL 30 MINUTE';
const NOW = 'UTC_TIMESTAMP(3)';

export type LoginPermit =
  /** `proven`: this account's password has been right since it was imported or last refused. */
  | { kind: 'granted'; proven: boolean }
  | { kind: 'held'; until: Date; reason: string }
  /** Too many log-ins whose outcome nobody knows. */
  | { kind: 'later'; at: Date; inMs: number };

export interface LmsAccountHold {
  loginId: string;
  until: Date;
  reason: string;
}

export interface LmsAccounts {
  /** Asks before each log-in whether it may be sent, and counts it. */
  beginLogin(loginId: string): Promise<LoginPermit>;
  /** The password was right: nothing stands against the account any more. */
  acceptLogin(loginId: string): Promise<void>;
  /** The log-in that was begun last can't have been counted as a wrong password. */
  forgetLogin(loginId: string): Promise<void>;
  /** Leaves the account alone from now on. `reason` is for operators, without secrets. */
  hold(loginId: string, reason: string): Promise<void>;
}

interface AccountRow {
  open_attempts: number;
  attempted_at: Date | null;
  attempted_ms_ago: number | null;
  proven: number;
  held: number;
  held_until: Date;
  held_reason: string | null;
}

export function openLmsAccounts(database: Database): LmsAccounts {
  return {
    beginLogin: (loginId) =>
      database.transaction(async (transaction) => {
        const [row] = await transaction.query<AccountRow>(
          `SELECT open_attempts, attempted_at,
                  TIMESTAMPDIFF(MICROSECOND, attempted_at, ${NOW}) DIV 1000 AS attempted_ms_ago,
                  proven_at IS NOT NULL AS proven,
                  held_until > ${NOW} AS held, held_until, held_reason
             FROM openeg_lms_accounts WHERE login_id = ? FOR UPDATE`,
          [loginId],
        );
        if (row?.held === 1) return { kind: 'held', until: row.held_until, reason: row.held_reason ?? '' };
        const later = row === undefined ? undefined : laterPermit(row);
        if (later !== undefined) return later;
        // Assignments run from left to right: the count looks at the older attempted_at.
        await transaction.execute(
          `INSERT INTO openeg_lms_accounts (login_id, open_attempts, attempted_at) VALUES (?, 1, ${NOW})
           ON DUPLICATE KEY UPDATE
             open_attempts = LEAST(?, IF(attempted_at > ${NOW} - ${ATTEMPT_WINDOW}, open_attempts, 0) + 1),
             attempted_at = VALUES(attempted_at)`,
          [loginId, WAITS_MS.length],
        );
        return { kind: 'granted', proven: row?.proven === 1 };
      }),
    async acceptLogin(loginId) {
      await database.execute(
        `UPDATE openeg_lms_accounts
            SET open_attempts = 0, proven_at = ${NOW}, held_until = NULL, held_reason = NULL WHERE login_id = ?`,
        [loginId],
      );
    },
    async forgetLogin(loginId) {
      await database.execute(
        'UPDATE openeg_lms_accounts SET open_attempts = open_attempts - 1 WHERE login_id = ? AND open_attempts > 0',
        [loginId],
      );
    },
    async hold(loginId, reason) {
      await database.execute(
        `INSERT INTO openeg_lms_accounts (login_id, held_until, held_reason) VALUES (?, ${NOW} + ${HOLD}, ?)
         ON DUPLICATE KEY UPDATE
           held_until = VALUES(held_until), held_reason = VALUES(held_reason), proven_at = NULL`,
        [loginId, reason],
      );
    },
  };
}

function laterPermit({ open_attempts, attempted_at, attempted_ms_ago }: AccountRow): LoginPermit | undefined {
  if (attempted_at === null || attempted_ms_ago === null) return undefined;
  const waitMs = WAITS_MS[Math.min(open_attempts, WAITS_MS.length - 1)] ?? 0;
  const inMs = waitMs - attempted_ms_ago;
  return inMs <= 0 ? undefined : { kind: 'later', at: new Date(attempted_at.getTime() + waitMs), inMs };
}

/**
 * The accounts were imported anew: they are not left alone any longer. Attempts stay counted, so that even a series of
 * wrong imports locks nothing.
 */
export async function clearHolds(db: Queryable, loginIds: readonly string[]): Promise<void> {
  if (loginIds.length === 0) return;
  await db.execute('UPDATE openeg_lms_accounts SET held_until = NULL, held_reason = NULL WHERE login_id IN (?)', [
    loginIds,
  ]);
}

/** Their passwords may be others now: what was proven was the old one's. */
export async function forgetProofs(db: Queryable, loginIds: readonly string[]): Promise<void> {
  if (loginIds.length === 0) return;
  await db.execute('UPDATE openeg_lms_accounts SET proven_at = NULL WHERE login_id IN (?)', [loginIds]);
}

/** Accounts that are left alone now, those that are tried again first at the top. */
export async function listHolds(db: Queryable): Promise<LmsAccountHold[]> {
  const rows = await db.query<{ login_id: string; held_until: Date; held_reason: string | null }>(
    `SELECT login_id, held_until, held_reason FROM openeg_lms_accounts WHERE held_until > ${NOW} ORDER BY held_until, login_id`,
  );
  return rows.map((row) => ({ loginId: row.login_id, until: row.held_until, reason: row.held_reason ?? '' }));
}
