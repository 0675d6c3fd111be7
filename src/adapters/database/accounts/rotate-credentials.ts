import { ServiceError } from '../../../domain/shared/service-error';
import type { SecretBox } from '../../secret-box';
import type { Database, Queryable } from '../core/database';
import { COHORTS_TABLE, openPassword, openWebhookUrl, sealSecrets, type CohortRow } from './cohort-row';

export interface RotatedCredentials {
  /** Accounts that were sealed with the old key and now are with the current one. */
  rotated: number;
  /** Accounts that were sealed with the current key already. */
  current: number;
  /** Cohorts whose account neither key opens. They have to be imported again. */
  unreadable: string[];
}

/**
 * Seals every account with the current key. Each account is one transaction, so an interrupted rotation can be
 * repeated, and workers with both keys can open every account meanwhile.
 */
export async function rotateCredentials(database: Database, box: SecretBox): Promise<RotatedCredentials> {
  const result: RotatedCredentials = { rotated: 0, current: 0, unreadable: [] };
  const cohorts = await database.query<{ sk_id: string }>(`SELECT sk_id FROM ${COHORTS_TABLE} ORDER BY sk_id`);
  for (const { sk_id: skId } of cohorts) {
    try {
      const outcome = await database.transaction((transaction) => rotateOne(transaction, box, skId));
      result[outcome] += 1;
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'CREDENTIALS_UNREADABLE') throw error;
      result.unreadable.push(skId);
    }
  }
  return result;
}

/** Locks the row, so that this can not overwrite an import at the same time. */
async function rotateOne(transaction: Queryable, box: SecretBox, skId: string): Promise<'rotated' | 'current'> {
  const [row] = await transaction.query<CohortRow>(`SELECT * FROM ${COHORTS_TABLE} WHERE sk_id = ? FOR UPDATE`, [skId]);
  if (row === undefined) return 'current';
  const sealed = [row.login_secret, row.chat_webhook_url].filter((value) => value !== null);
  if (sealed.every((value) => box.isCurrent(value))) return 'current';

  const renewed = sealSecrets(box, {
    skId,
    password: openPassword(box, row),
    chatWebhookUrl: openWebhookUrl(box, row),
  });
  await transaction.execute(`UPDATE ${COHORTS_TABLE} SET login_secret = ?, chat_webhook_url = ? WHERE sk_id = ?`, [
    renewed.login_secret,
    renewed.chat_webhook_url,
    skId,
  ]);
  return 'rotated';
}
