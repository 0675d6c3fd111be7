import { loadChatSpaces } from '../../adapters/database/accounts/cohorts';
import type { OutboxHead } from '../../adapters/database/alerts/chat-outbox';
import type { Database } from '../../adapters/database/core/database';
import type { SecretBox } from '../../adapters/secret-box';
import { ServiceError } from '../../domain/shared/service-error';

export interface ChatSpaceResolverDependencies {
  database: Database;
  secretBox: SecretBox;
  /** Space of cohorts that have none of their own. A secret, like every webhook's URL. */
  alertsWebhookUrl: string;
  operatorsWebhookUrl: string;
}

/** Where a message goes: its webhook's URL, which stands for the space, or why it is not known. */
export type ChatSpace = { webhookUrl: string; isDefault: boolean } | ServiceError;

/** A newly imported webhook counts after this time, without a restart. */
const KNOWN_FOR_MS = 5_000;

/** Answers the space of each message, asking the database once for all cohorts every few seconds. */
export function createChatSpaceResolver(dependencies: ChatSpaceResolverDependencies) {
  const { database, secretBox, alertsWebhookUrl, operatorsWebhookUrl } = dependencies;
  let known = new Map<string, ChatSpace>();
  let knownUntilMs = 0;

  const spaceOf = (loaded: { webhookUrl: string | null } | ServiceError | undefined): ChatSpace => {
    // A cohort whose row was removed by hand still has its inquiries answered.
    if (loaded === undefined || (loaded instanceof ServiceError && loaded.code === 'COHORT_UNKNOWN')) {
      return { webhookUrl: alertsWebhookUrl, isDefault: true };
    }
    if (loaded instanceof ServiceError) return loaded;
    return loaded.webhookUrl === null
      ? { webhookUrl: alertsWebhookUrl, isDefault: true }
      : { webhookUrl: loaded.webhookUrl, isDefault: false };
  };

  return async (heads: readonly OutboxHead[]): Promise<(head: OutboxHead) => ChatSpace> => {
    const skIds = heads.flatMap(({ skId }) => (skId === null ? [] : [skId]));
    if (performance.now() >= knownUntilMs || skIds.some((skId) => !known.has(skId))) {
      const loaded = await loadChatSpaces(database, secretBox, skIds);
      known = new Map(skIds.map((skId) => [skId, spaceOf(loaded.get(skId))]));
      knownUntilMs = performance.now() + KNOWN_FOR_MS;
    }
    const spaces = known;
    return ({ kind, skId }) =>
      kind === 'operations' || skId === null
        ? { webhookUrl: operatorsWebhookUrl, isDefault: false }
        : (spaces.get(skId) ?? spaceOf(undefined));
  };
}
