import type { SecretBox } from '../../secret-box';
import { ServiceError } from '../../../domain/shared/service-error';
import type { Database, Queryable } from '../core/database';

interface SealedRow {
  sk_id: string;
  login_secret: string;
  chat_webhook_url: string | null;
}

export interface RotatedCredentials {
  /** Accounts that were sealed with the old key and are sealed with the current one now. */
  rotated: number;
  /** Accounts that needed nothing. */
  current: number;
  /** Accounts that neither key opens: they have to be imported again. */
  unreadable: string[];
}

/**
 * Seals every account anew with the current key. Each account is one transaction, so an interrupted rotation goes on
 * where it ended, and workers that hold both keys read every account throughout.
 */
export async function rotateCredentials(database: Database, box: SecretBox): Promise<RotatedCredentials> {
  const result: RotatedCredentials = { rotated: 0, current: 0, unreadable: [] };
  const cohorts = await database.query<{ sk_id: string }>('SELECT sk_id FROM openeg_gather_town_info ORDER BY sk_id');
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

/** The row stays locked until it is written, so that an import at the same moment is not undone. */
async function rotateOne(transaction: Queryable, box: SecretBox, skId: string): Promise<'rotated' | 'current'> {
  const [row] = await transaction.query<SealedRow>(
    'SELECT sk_id, login_secret, chat_webhook_url FROM openeg_gather_town_info WHERE sk_id = ? FOR UPDATE',
    [skId],
  );
  if (row === undefined) return 'current';
  const sealed = [row.login_secret, row.chat_webhook_url].filter((value) => value !== null);
  if (sealed.every((value) => box.isCurrent(value))) return 'current';

  const renew = (value: string, field: string) => box.seal(box.open(value, skId, field), skId, field);
  await transaction.execute(
    'UPDATE openeg_gather_town_info SET login_secret = ?, chat_webhook_url = ? WHERE sk_id = ?',
    [
      renew(row.login_secret, 'login_secret'),
      row.chat_webhook_url === null ? null : renew(row.chat_webhook_url, 'chat_webhook_url'),
      skId,
    ],
  );
  return 'rotated';
}
