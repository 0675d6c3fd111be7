import {
  ACCOUNT_HOLD_MS,
  countLogin,
  isSharedRefusal,
  loginPermit,
  SHARED_REFUSAL_ENDS_AFTER_MS,
  SHARED_REFUSAL_WINDOW_MS,
  type AccountHold,
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

/** One log-in that was begun, so that it alone can be taken back. */
export interface LoginAttempt {
  openLogins: number;
  begunAt: Date;
}

export type BegunLogin =
  Exclude<LoginPermit, { kind: 'granted' }> | (LoginPermit & { kind: 'granted'; attempt: LoginAttempt });

/** The subject of a refusal: an account, or an account for one cohort. */
export interface RefusedAccount {
  loginId: string;
  /** Null for the whole account. */
  skId: string | null;
  /** For operators, without secrets. */
  reason: string;
}

export interface LmsAccounts {
  /** Asks before each log-in whether it may be sent, and counts it if so. */
  beginLogin(loginId: string): Promise<BegunLogin>;
  /** The password was right: no log-in is open and no hold is left. */
  acceptLogin(loginId: string): Promise<void>;
  /** This log-in surely did not count as a wrong password. Bears repetition; without effect after a newer log-in. */
  forgetLogin(loginId: string, attempt: LoginAttempt): Promise<void>;
  /**
   * Leaves the account, or the account for one cohort, alone for half an hour. Where the LMS refuses many accounts that
   * logged in before, it holds nobody and ends the holds of the last minute: `isShared`.
   */
  refuse(refused: RefusedAccount): Promise<{ isShared: boolean }>;
  /** The hold of an account for one cohort: undefined where there never was one, `over` when its time is over. */
  findCohortHold(loginId: string, skId: string): Promise<AccountHold | 'over' | undefined>;
  /** The LMS serves this cohort to the account again. */
  acceptCohort(loginId: string, skId: string): Promise<void>;
}

interface AccountRow {
  now: Date;
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
      database.transaction(async (transaction): Promise<BegunLogin> => {
        const { history, now } = await lockHistory(transaction, loginId);
        const permit = loginPermit(history);
        if (permit.kind !== 'granted') return permit;
        const attempt = { openLogins: countLogin(history.openLogins), begunAt: now };
        await transaction.execute(
          'UPDATE openeg_lms_accounts SET open_attempts = ?, attempted_at = ? WHERE login_id = ?',
          [attempt.openLogins, attempt.begunAt, loginId],
        );
        return { ...permit, attempt };
      }),
    acceptLogin: (loginId) =>
      database.transaction(async (transaction) => {
        await transaction.execute(
          `UPDATE openeg_lms_accounts
              SET open_attempts = 0, proven_at = ${NOW}, held_until = NULL, held_reason = NULL WHERE login_id = ?`,
          [loginId],
        );
        await transaction.execute("DELETE FROM openeg_lms_refusals WHERE login_id = ? AND sk_id = ''", [loginId]);
      }),
    async forgetLogin(loginId, { openLogins, begunAt }) {
      await database.execute(
        `UPDATE openeg_lms_accounts SET open_attempts = open_attempts - 1
          WHERE login_id = ? AND open_attempts = ? AND attempted_at = ?`,
        [loginId, openLogins, begunAt],
      );
    },
    async refuse(refused) {
      // Committed before it counts: of many refusals at once the one that counts last sees all of them.
      await database.transaction((transaction) => hold(transaction, refused));
      const isShared = await isLmsTrouble(database);
      if (isShared) await database.transaction(endNewestHolds);
      return { isShared };
    },
    async findCohortHold(loginId, skId) {
      const [row] = await database.query<{
        held_until: Date | null;
        held_reason: string | null;
        is_held: number | null;
      }>(
        `SELECT held_until, held_reason, held_until > ${NOW} AS is_held
           FROM openeg_lms_refusals WHERE login_id = ? AND sk_id = ?`,
        [loginId, skId],
      );
      if (row === undefined) return undefined;
      return row.held_until !== null && row.is_held === 1
        ? { until: row.held_until, reason: row.held_reason ?? '' }
        : 'over';
    },
    async acceptCohort(loginId, skId) {
      await database.execute('DELETE FROM openeg_lms_refusals WHERE login_id = ? AND sk_id = ?', [loginId, skId]);
    },
  };
}

const HOLD_MICROSECONDS = ACCOUNT_HOLD_MS * 1000;
const SHARED_WINDOW = `${NOW} - INTERVAL ${SHARED_REFUSAL_WINDOW_MS / 1000} SECOND`;
/** A row of openeg_service_state, written at each refusal that is the LMS's trouble. */
const LMS_REFUSES_EVERYBODY = 'lms_refuses_everybody';

async function hold(transaction: Queryable, { loginId, skId, reason }: RefusedAccount): Promise<void> {
  const until = `${NOW} + INTERVAL ? MICROSECOND`;
  await transaction.execute(
    `INSERT INTO openeg_lms_refusals (login_id, sk_id, refused_at, held_until, held_reason)
     VALUES (?, ?, ${NOW}, IF(? = '', NULL, ${until}), ?)
     ON DUPLICATE KEY UPDATE refused_at = VALUES(refused_at), held_until = VALUES(held_until),
       held_reason = VALUES(held_reason)`,
    [loginId, skId ?? '', skId ?? '', HOLD_MICROSECONDS, reason],
  );
  if (skId !== null) return;
  await transaction.execute(
    `INSERT INTO openeg_lms_accounts (login_id, held_until, held_reason) VALUES (?, ${until}, ?)
     ON DUPLICATE KEY UPDATE held_until = VALUES(held_until), held_reason = VALUES(held_reason)`,
    [loginId, HOLD_MICROSECONDS, reason],
  );
}

const REFUSES_ALL = `EXISTS (SELECT 1 FROM openeg_service_state s
                     WHERE s.name = ? AND s.updated_at > ${NOW} - INTERVAL ? MICROSECOND
                       AND NOT EXISTS (SELECT 1 FROM openeg_lms_accounts p WHERE p.proven_at > s.updated_at))`;
const REFUSES_ALL_PARAMETERS = [LMS_REFUSES_EVERYBODY, SHARED_REFUSAL_ENDS_AFTER_MS * 1000];

/** Whether the LMS refused many accounts a while ago, and no account has logged in since. */
export async function isLmsRefusingAll(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ goes_on: number }>(`SELECT ${REFUSES_ALL} AS goes_on`, REFUSES_ALL_PARAMETERS);
  return row?.goes_on === 1;
}

/** Whether the LMS refuses so many accounts that it is not about them, now or a while ago without a log-in since. */
async function isLmsTrouble(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ proven: number; refused: number | null; goes_on: number }>(
    `SELECT COUNT(*) AS proven,
            SUM(EXISTS (SELECT 1 FROM openeg_lms_refusals r
                         WHERE r.login_id = a.login_id AND r.refused_at > ${SHARED_WINDOW})) AS refused,
            ${REFUSES_ALL} AS goes_on
       FROM openeg_lms_accounts a
      WHERE a.proven_at IS NOT NULL
        AND EXISTS (SELECT 1 FROM openeg_gather_town_info c WHERE c.login_id = a.login_id AND c.active = 1)`,
    REFUSES_ALL_PARAMETERS,
  );
  if (row === undefined) return false;
  return row.goes_on === 1 || isSharedRefusal(row.proven, Number(row.refused ?? 0));
}

async function endNewestHolds(transaction: Queryable): Promise<void> {
  await transaction.execute(
    `UPDATE openeg_lms_accounts SET held_until = NULL, held_reason = NULL
      WHERE login_id IN (SELECT login_id FROM openeg_lms_refusals WHERE sk_id = '' AND refused_at > ${SHARED_WINDOW})`,
  );
  await transaction.execute(`UPDATE openeg_lms_refusals SET held_until = NULL WHERE refused_at > ${SHARED_WINDOW}`);
  await transaction.execute(
    `INSERT INTO openeg_service_state (name, value, updated_at) VALUES (?, 'true', ${NOW})
     ON DUPLICATE KEY UPDATE updated_at = VALUES(updated_at)`,
    [LMS_REFUSES_EVERYBODY],
  );
}

async function lockHistory(transaction: Queryable, loginId: string): Promise<{ history: LoginHistory; now: Date }> {
  // The upsert locks the row, also where it makes it: two first log-ins at once are both counted.
  await transaction.execute(
    'INSERT INTO openeg_lms_accounts (login_id) VALUES (?) ON DUPLICATE KEY UPDATE login_id = VALUES(login_id)',
    [loginId],
  );
  const [row] = await transaction.query<AccountRow>(
    `SELECT ${NOW} AS now, open_attempts, attempted_at,
            TIMESTAMPDIFF(MICROSECOND, attempted_at, ${NOW}) DIV 1000 AS attempted_ms_ago,
            proven_at IS NOT NULL AND NOT EXISTS (
              SELECT 1 FROM openeg_lms_refusals r WHERE r.login_id = a.login_id AND r.sk_id = '') AS is_proven,
            held_until > ${NOW} AS is_held, held_until, held_reason
       FROM openeg_lms_accounts a WHERE login_id = ? FOR UPDATE`,
    [loginId],
  );
  if (row === undefined) throw new Error('The row of an LMS account is gone.');
  return { history: historyOf(row), now: row.now };
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
  await db.execute('UPDATE openeg_lms_refusals SET held_until = NULL WHERE login_id IN (?)', [loginIds]);
}

/** For accounts whose passwords may have changed: only the old passwords were proven. */
export async function forgetProofs(db: Queryable, loginIds: readonly string[]): Promise<void> {
  if (loginIds.length === 0) return;
  await db.execute('UPDATE openeg_lms_accounts SET proven_at = NULL WHERE login_id IN (?)', [loginIds]);
}
