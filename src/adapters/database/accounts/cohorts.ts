import type { CohortAccount } from '../../../domain/accounts/cohort-account';
import { ServiceError } from '../../../domain/shared/service-error';
import type { LmsAccount } from '../../lms/lms-client';
import type { SecretBox } from '../../secret-box';
import type { Database, Queryable, SqlValue } from '../core/database';
import { clearHolds, forgetProofs } from './lms-accounts';

const TABLE = 'openeg_gather_town_info';
/** The columns whose values are sealed; the names are part of what a sealed value is bound to and never change. */
const PASSWORD = 'login_secret';
const WEBHOOK = 'chat_webhook_url';
/** Rows of one statement: 500 sealed accounts stay far below the smallest usual max_allowed_packet of 1 MiB. */
const BATCH_ROWS = 500;

interface CohortRow {
  sk_id: string;
  cohort_name: string;
  login_id: string;
  login_secret: string;
  chat_webhook_url: string | null;
  active: number;
}

/** What an operator may see of an account. */
export interface ListedCohort {
  skId: string;
  cohortName: string;
  loginId: string;
  /** Whether alerts go to a space of its own. */
  ownChatSpace: boolean;
  active: boolean;
}

export interface ImportedCohorts {
  added: number;
  /** Name, log-in, password or space changed, or the stored secret could not be read with the present key. */
  changed: number;
  /** Deactivated before (these are not counted as changed too). */
  reactivated: number;
  unchanged: number;
}

/** Active cohorts in the order of their keys. */
export async function listActiveCohorts(db: Queryable): Promise<{ skId: string; cohortName: string }[]> {
  const rows = await db.query<CohortRow>(`SELECT sk_id, cohort_name FROM ${TABLE} WHERE active = 1 ORDER BY sk_id`);
  return rows.map((row) => ({ skId: row.sk_id, cohortName: row.cohort_name }));
}

/** The cohort's name; its `skId` when no such cohort is stored. */
export async function loadCohortName(db: Queryable, skId: string): Promise<string> {
  const [row] = await db.query<CohortRow>(`SELECT cohort_name FROM ${TABLE} WHERE sk_id = ?`, [skId]);
  return row?.cohort_name ?? skId;
}

/** Every cohort, deactivated ones too, in the order of their keys. */
export async function listCohorts(db: Queryable): Promise<ListedCohort[]> {
  const rows = await db.query<CohortRow>(
    `SELECT sk_id, cohort_name, login_id, chat_webhook_url, active FROM ${TABLE} ORDER BY sk_id`,
  );
  return rows.map((row) => ({
    skId: row.sk_id,
    cohortName: row.cohort_name,
    loginId: row.login_id,
    ownChatSpace: row.chat_webhook_url !== null,
    active: row.active === 1,
  }));
}

/**
 * Decrypted accounts. What is wrong with one cohort stands in its place, and the others come through: COHORT_UNKNOWN,
 * COHORT_INACTIVE, CREDENTIALS_UNREADABLE.
 */
export function loadAccounts(
  db: Queryable,
  box: SecretBox,
  skIds: readonly string[],
): Promise<Map<string, LmsAccount | ServiceError>> {
  return forEachCohort(db, skIds, (row) => ({
    skId: row.sk_id,
    loginId: row.login_id,
    password: box.open(row.login_secret, row.sk_id, PASSWORD),
  }));
}

/**
 * Where the cohorts' alerts go; a null `webhookUrl` stands for the default space. A deactivated cohort's too, for its
 * last alerts may still wait. Failures as in `loadAccounts`, without COHORT_INACTIVE.
 */
export function loadChatSpaces(
  db: Queryable,
  box: SecretBox,
  skIds: readonly string[],
): Promise<Map<string, { cohortName: string; webhookUrl: string | null } | ServiceError>> {
  return forEachCohort(
    db,
    skIds,
    (row) => ({
      cohortName: row.cohort_name,
      webhookUrl: row.chat_webhook_url === null ? null : box.open(row.chat_webhook_url, row.sk_id, WEBHOOK),
    }),
    { inactiveToo: true },
  );
}

/**
 * Stores the accounts, all or none. Importing the same again changes nothing; a deactivated account is active again;
 * and whatever held an account back (a wrong password, a lock) counts as dealt with. Inquiries of a new or returning
 * cohort are followed from one hour before now, and what was alerted before stays known.
 */
export function importCohorts(
  db: Database,
  box: SecretBox,
  accounts: readonly CohortAccount[],
): Promise<ImportedCohorts> {
  return db.transaction(async (transaction) => {
    const result: ImportedCohorts = { added: 0, changed: 0, reactivated: 0, unchanged: 0 };
    for (const batch of batches(accounts)) {
      const stored = await lockRows(transaction, batch);
      const written: CohortAccount[] = [];
      const beginning: string[] = [];
      for (const account of batch) {
        const outcome = compare(box, account, stored.get(account.skId));
        result[outcome] += 1;
        if (outcome !== 'unchanged') written.push(account);
        if (outcome === 'added' || outcome === 'reactivated') beginning.push(account.skId);
      }
      await writeRows(
        transaction,
        written.map((account) => sealedRow(box, account)),
      );
      await beginInquiryChecks(transaction, beginning);
      await clearHolds(transaction, loginIdsOf(batch));
      await forgetProofs(transaction, loginIdsOf(written));
    }
    return result;
  });
}

/**
 * Leaves the cohort alone until it is imported again; what was collected stays. Answers false when it was inactive.
 * @throws ServiceError COHORT_UNKNOWN
 */
export async function deactivateCohort(db: Queryable, skId: string): Promise<boolean> {
  const { affectedRows } = await db.execute(`UPDATE ${TABLE} SET active = 0 WHERE sk_id = ? AND active = 1`, [skId]);
  if (affectedRows > 0) return true;
  const known = await db.query(`SELECT sk_id FROM ${TABLE} WHERE sk_id = ?`, [skId]);
  if (known.length === 0) throw unknownCohort(skId);
  return false;
}

async function forEachCohort<Result>(
  db: Queryable,
  skIds: readonly string[],
  read: (row: CohortRow) => Result,
  { inactiveToo = false } = {},
): Promise<Map<string, Result | ServiceError>> {
  const results = new Map<string, Result | ServiceError>(skIds.map((skId) => [skId, unknownCohort(skId)]));
  if (skIds.length === 0) return results;
  const rows = await db.query<CohortRow>(`SELECT * FROM ${TABLE} WHERE sk_id IN (?)`, [skIds]);
  for (const row of rows) results.set(row.sk_id, readRow(row, read, inactiveToo));
  return results;
}

function readRow<Result>(
  row: CohortRow,
  read: (row: CohortRow) => Result,
  inactiveToo: boolean,
): Result | ServiceError {
  if (row.active !== 1 && !inactiveToo) {
    return new ServiceError('COHORT_INACTIVE', `${row.sk_id} is deactivated: import it again to use it.`);
  }
  try {
    return read(row);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

function unknownCohort(skId: string): ServiceError {
  return new ServiceError('COHORT_UNKNOWN', `No cohort ${skId} is known: "openeg cohorts import" adds it.`);
}

/** The rows stay locked until the transaction ends, so that two imports at once count and write one after the other. */
async function lockRows(
  transaction: Queryable,
  accounts: readonly CohortAccount[],
): Promise<ReadonlyMap<string, CohortRow>> {
  const rows = await transaction.query<CohortRow>(
    `SELECT * FROM ${TABLE} WHERE sk_id IN (?) ORDER BY sk_id FOR UPDATE`,
    [accounts.map((account) => account.skId)],
  );
  return new Map(rows.map((row) => [row.sk_id, row]));
}

/** Sealing the same text twice gives two values, so what is stored is compared decrypted. */
function compare(box: SecretBox, account: CohortAccount, stored: CohortRow | undefined): keyof ImportedCohorts {
  if (stored === undefined) return 'added';
  if (stored.active !== 1) return 'reactivated';
  const same =
    stored.cohort_name === account.cohortName &&
    stored.login_id === account.loginId &&
    openOrUndefined(box, stored.login_secret, account.skId, PASSWORD) === account.password &&
    openOrUndefined(box, stored.chat_webhook_url, account.skId, WEBHOOK) === account.chatWebhookUrl;
  return same ? 'unchanged' : 'changed';
}

/** Undefined when the stored value can't be read, which equals no given one: the account is then sealed anew. */
function openOrUndefined(
  box: SecretBox,
  sealed: string | null,
  skId: string,
  field: string,
): string | null | undefined {
  if (sealed === null) return null;
  try {
    return box.open(sealed, skId, field);
  } catch {
    return undefined;
  }
}

function loginIdsOf(accounts: readonly CohortAccount[]): string[] {
  return accounts.map(({ loginId }) => loginId);
}

function sealedRow(box: SecretBox, account: CohortAccount): SqlValue[] {
  const { skId, cohortName, loginId, password, chatWebhookUrl } = account;
  const webhook = chatWebhookUrl === null ? null : box.seal(chatWebhookUrl, skId, WEBHOOK);
  return [skId, cohortName, loginId, box.seal(password, skId, PASSWORD), webhook, 1];
}

async function writeRows(transaction: Queryable, rows: SqlValue[][]): Promise<void> {
  if (rows.length === 0) return;
  await transaction.execute(
    `INSERT INTO ${TABLE} (sk_id, cohort_name, login_id, login_secret, chat_webhook_url, active) VALUES ?
     ON DUPLICATE KEY UPDATE cohort_name = VALUES(cohort_name), login_id = VALUES(login_id),
       login_secret = VALUES(login_secret), chat_webhook_url = VALUES(chat_webhook_url), active = VALUES(active)`,
    [rows],
  );
}

/** A returning cohort's earlier failures are history; its tracked inquiries keep what was alerted from coming twice. */
async function beginInquiryChecks(transaction: Queryable, skIds: readonly string[]): Promise<void> {
  if (skIds.length === 0) return;
  await transaction.execute(
    `INSERT INTO openeg_inquiry_checks (sk_id, begins_at)
     SELECT sk_id, UTC_TIMESTAMP(3) - INTERVAL 1 HOUR FROM ${TABLE} WHERE sk_id IN (?)
     ON DUPLICATE KEY UPDATE begins_at = VALUES(begins_at), checked_at = NULL, looked_back_at = NULL,
       succeeded_at = NULL, failing_since = NULL, failure_code = NULL, failure_message = NULL`,
    [skIds],
  );
}

function batches(accounts: readonly CohortAccount[]): CohortAccount[][] {
  const count = Math.ceil(accounts.length / BATCH_ROWS);
  return Array.from({ length: count }, (_, index) => accounts.slice(index * BATCH_ROWS, (index + 1) * BATCH_ROWS));
}
