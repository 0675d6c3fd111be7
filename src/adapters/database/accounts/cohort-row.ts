import type { SecretBox } from '../../secret-box';

export const COHORTS_TABLE = 'openeg_gather_town_info';

export interface CohortRow {
  sk_id: string;
  cohort_name: string;
  login_id: string;
  /** Sealed. */
  login_secret: string;
  /** Sealed; null stands for the default space. */
  chat_webhook_url: string | null;
  active: number;
}

type Secrets = Pick<CohortRow, 'sk_id' | 'login_secret' | 'chat_webhook_url'>;

/** A sealed value is bound to its cohort and to these names, so the names never change. */
const PASSWORD_FIELD = 'login_secret';
const WEBHOOK_FIELD = 'chat_webhook_url';

/** @throws ServiceError CREDENTIALS_UNREADABLE */
export function openPassword(box: SecretBox, row: Secrets): string {
  return box.open(row.login_secret, row.sk_id, PASSWORD_FIELD);
}

/** @throws ServiceError CREDENTIALS_UNREADABLE */
export function openWebhookUrl(box: SecretBox, row: Secrets): string | null {
  return row.chat_webhook_url === null ? null : box.open(row.chat_webhook_url, row.sk_id, WEBHOOK_FIELD);
}

export function sealSecrets(
  box: SecretBox,
  { skId, password, chatWebhookUrl }: { skId: string; password: string; chatWebhookUrl: string | null },
): Secrets {
  return {
    sk_id: skId,
    login_secret: box.seal(password, skId, PASSWORD_FIELD),
    chat_webhook_url: chatWebhookUrl === null ? null : box.seal(chatWebhookUrl, skId, WEBHOOK_FIELD),
  };
}
