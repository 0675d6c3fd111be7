import {
  ACCOUNT_HOLD_MS,
  countLogin,
  loginPermit,
  type LoginHistory,
  type LoginPermit,
} from '../../../domain/accounts/login-policy';
import type { Database, Queryable } from '../core/database';

/*
 * What the service keeps about its accounts at the LMS, so that neither restarts nor crashes lock one. The rules are
 * `domain/accounts/login-policy.ts`; all times are on the database's clock.
 *
 * `open_attempts` counts log-ins since the last success that the LMS may have counted as wrong passwords. `attempted_at`
 * is the newest log-in.
 */

const NOW = 'UTC_TIMESTAMP(3)';

export interface LmsAccounts {
  /** Asks before each log-in whether it may be sent, and counts it if so. */
  beginLogin(loginId: string): Promise<LoginPermit>;
  /** The password was right: no log-in is open and no hold is left. */
  acceptLogin(loginId: string): Promise<void>;
  /** The newest log-in surely did not count as a wrong password. */
  forgetLogin(loginId: string): Promise<void>;
  /** Leaves the account alone for half an hour. `reason` is for operators, without secrets. */
  hold(loginId: string, reason: string): Promise<void>;
}

interface AccountRow {
  open_attempts: number;
  attempted_at: Date | null;
  attempted_ms_ago: number | null;
  is_proven: number;
  is_held: number;
  held_until: Date;
  held_reason: string | null;
}

export function openLmsAccounts(database: Database): LmsAccounts {
  return {
    beginLogin: (loginId) =>
      database.transaction(async (transaction) => {
        const history = await lockHistory(transaction, loginId);
        const permit = loginPermit(history);
        if (permit.kind === 'granted') {
          await transaction.execute(
            `UPDATE openeg_lms_accounts SET open_attempts = ?, attempted_at = ${NOW} WHERE login_id = ?`,
            [countLogin(history.openLogins), loginId],
          );
        }
        return permit;
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
        `INSERT INTO openeg_lms_accounts (login_id, held_until, held_reason)
         VALUES (?, ${NOW} + INTERVAL ? MICROSECOND, ?)
         ON DUPLICATE KEY UPDATE
           held_until = VALUES(held_until), held_reason = VALUES(held_reason), proven_at = NULL`,
        [loginId, ACCOUNT_HOLD_MS * 1000, reason],
      );
    },
  };
}

async function lockHistory(transaction: Queryable, loginId: string): Promise<LoginHistory> {
  // The upsert locks the row, also where it makes it: two first log-ins at once are both counted.
  await transaction.execute(
    'INSERT INTO openeg_lms_accounts (login_id) VALUES (?) ON DUPLICATE KEY UPDATE login_id = VALUES(login_id)',
    [loginId],
  );
  const [row] = await transaction.query<AccountRow>(
    `SELECT open_attempts, attempted_at,
            TIMESTAMPDIFF(MICROSECOND, attempted_at, ${NOW}) DIV 1000 AS attempted_ms_ago,
            proven_at IS NOT NULL AS is_proven,
            held_until > ${NOW} AS is_held, held_until, held_reason
       FROM openeg_lms_accounts WHERE login_id = ? FOR UPDATE`,
    [loginId],
  );
  return row === undefined ? { openLogins: undefined, isProven: false, hold: undefined } : historyOf(row);
}

function historyOf(row: AccountRow): LoginHistory {
  const { open_attempts: count, attempted_at: newestAt, attempted_ms_ago: newestAgoMs } = row;
  return {
    openLogins: newestAt === null || newestAgoMs === null ? undefined : { count, newestAt, newestAgoMs },
    isProven: row.is_proven === 1,
    hold: row.is_held === 1 ? { until: row.held_until, reason: row.held_reason ?? '' } : undefined,
  };
}

/**
 * Ends the holds of accounts that are imported again. Their open log-ins stay counted, so that even a series of wrong
 * imports locks nothing.
 */
export async function clearHolds(db: Queryable, loginIds: readonly string[]): Promise<void> {
  if (loginIds.length === 0) return;
  await db.execute('UPDATE openeg_lms_accounts SET held_until = NULL, held_reason = NULL WHERE login_id IN (?)', [
    loginIds,
  ]);
}

/** For accounts whose passwords may have changed: only the old passwords were proven. */
export async function forgetProofs(db: Queryable, loginIds: readonly string[]): Promise<void> {
  if (loginIds.length === 0) return;
  await db.execute('UPDATE openeg_lms_accounts SET proven_at = NULL WHERE login_id IN (?)', [loginIds]);
}

/** Accounts that are left alone now, the hold that ends first at the top. */
