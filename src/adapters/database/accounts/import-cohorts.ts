import type { CohortAccount } from '../../../domain/accounts/cohort-account';
import type { SecretBox } from '../../secret-box';
import type { Database, Queryable } from '../core/database';
import { COHORTS_TABLE, openPassword, openWebhookUrl, sealSecrets, type CohortRow } from './cohort-row';
import { clearHolds, forgetProofs } from './lms-accounts';

/** Rows of one statement. 500 sealed accounts are far below MySQL's smallest usual max_allowed_packet of 1 MiB. */
const BATCH_ROWS = 500;

export interface ImportedCohorts {
  added: number;
  /** The name, log-in, password or space changed, or the current key could not open the stored secrets. */
  changed: number;
  /** Deactivated before. Not counted as `changed` too. */
  reactivated: number;
  unchanged: number;
}

/**
 * Stores the accounts, all or none. A second import of the same accounts changes nothing. A deactivated account becomes
 * active, and every hold on the imported accounts ends. The checks of a new or reactivated cohort begin an hour before
 * now; inquiries that were alerted earlier are not alerted again.
 */
export function importCohorts(
  db: Database,
  box: SecretBox,
  accounts: readonly CohortAccount[],
): Promise<ImportedCohorts> {
  return db.transaction(async (transaction) => {
    const result: ImportedCohorts = { added: 0, changed: 0, reactivated: 0, unchanged: 0 };
    for (let start = 0; start < accounts.length; start += BATCH_ROWS) {
      const batch = accounts.slice(start, start + BATCH_ROWS);
      const stored = await lockRows(transaction, batch);
      const written: CohortAccount[] = [];
      const beginning: string[] = [];
      for (const account of batch) {
        const change = changeOf(box, account, stored.get(account.skId));
        result[change] += 1;
        if (change !== 'unchanged') written.push(account);
        if (change === 'added' || change === 'reactivated') beginning.push(account.skId);
      }
      await writeRows(transaction, box, written);
      await beginCohorts(transaction, beginning);
      await clearHolds(transaction, loginIdsOf(batch));
      await forgetProofs(transaction, loginIdsOf(written));
    }
    return result;
  });
}

/** The rows stay locked until the transaction ends, so that a second import at the same time counts after this one. */
async function lockRows(
  transaction: Queryable,
  accounts: readonly CohortAccount[],
): Promise<ReadonlyMap<string, CohortRow>> {
  const rows = await transaction.query<CohortRow>(
    `SELECT * FROM ${COHORTS_TABLE} WHERE sk_id IN (?) ORDER BY sk_id FOR UPDATE`,
    [accounts.map((account) => account.skId)],
  );
  return new Map(rows.map((row) => [row.sk_id, row]));
}

/** Compares decrypted values, because sealing the same text twice gives different ones. */
function changeOf(box: SecretBox, account: CohortAccount, stored: CohortRow | undefined): keyof ImportedCohorts {
  if (stored === undefined) return 'added';
  if (stored.active !== 1) return 'reactivated';
  const isSame =
    stored.cohort_name === account.cohortName &&
    stored.login_id === account.loginId &&
    valueOrUndefined(() => openPassword(box, stored)) === account.password &&
    valueOrUndefined(() => openWebhookUrl(box, stored)) === account.chatWebhookUrl;
  return isSame ? 'unchanged' : 'changed';
}

/** An unreadable secret equals no given one, so the account is sealed again. */
function valueOrUndefined<Value>(open: () => Value): Value | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}

function loginIdsOf(accounts: readonly CohortAccount[]): string[] {
  return accounts.map(({ loginId }) => loginId);
}

async function writeRows(transaction: Queryable, box: SecretBox, accounts: readonly CohortAccount[]): Promise<void> {
  if (accounts.length === 0) return;
  const rows = accounts.map((account) => {
    const { sk_id, login_secret, chat_webhook_url } = sealSecrets(box, account);
    return [sk_id, account.cohortName, account.loginId, login_secret, chat_webhook_url, 1];
  });
  await transaction.execute(
    `INSERT INTO ${COHORTS_TABLE} (sk_id, cohort_name, login_id, login_secret, chat_webhook_url, active) VALUES ?
     ON DUPLICATE KEY UPDATE cohort_name = VALUES(cohort_name), login_id = VALUES(login_id),
       login_secret = VALUES(login_secret), chat_webhook_url = VALUES(chat_webhook_url), active = VALUES(active)`,
    [rows],
  );
}

/** Also deletes the failures of a reactivated cohort. Its tracked inquiries stay, so none is alerted twice. */
async function beginCohorts(transaction: Queryable, skIds: readonly string[]): Promise<void> {
  if (skIds.length === 0) return;
  await transaction.execute(`UPDATE ${COHORTS_TABLE} SET imported_at = UTC_TIMESTAMP(3) WHERE sk_id IN (?)`, [skIds]);
  await transaction.execute(
    `INSERT INTO openeg_inquiry_checks (sk_id, begins_at)
     SELECT sk_id, imported_at - INTERVAL 1 HOUR FROM ${COHORTS_TABLE} WHERE sk_id IN (?)
     ON DUPLICATE KEY UPDATE begins_at = VALUES(begins_at), checked_at = NULL, looked_back_at = NULL,
       wide_tried_at = NULL, wide_failing_since = NULL, empty_checks = 0, deleted_until = NULL,
       succeeded_at = NULL, failing_since = NULL, failure_code = NULL, failure_message = NULL`,
    [skIds],
  );
}
