import { loadChatSpaces } from '../../adapters/database/accounts/cohorts';
import type { OutboxHead } from '../../adapters/database/alerts/chat-outbox';
import type { Database } from '../../adapters/database/core/database';
import type { SecretBox } from '../../adapters/secret-box';
import { ServiceError } from '../../domain/shared/service-error';

export interface ChatSpaceLookupDependencies {
  database: Database;
  secretBox: SecretBox;
  /** The default space, for cohorts without one of their own. A secret, like each webhook's URL. */
  alertsWebhookUrl: string;
  operatorsWebhookUrl: string;
}

/** The space of a message, identified by its webhook's URL, or the error that keeps the URL unknown. */
export type ChatSpace = { webhookUrl: string; isDefault: boolean } | ServiceError;

/** A newly imported webhook is used after this time, without a restart. */
const CACHE_MS = 5_000;

/** Looks up the space of each message. One query loads the spaces of all cohorts, and its result is cached. */
export function createChatSpaceLookup(dependencies: ChatSpaceLookupDependencies) {
  const { database, secretBox, alertsWebhookUrl, operatorsWebhookUrl } = dependencies;
  const defaultSpace = { webhookUrl: alertsWebhookUrl, isDefault: true };
  let cached = new Map<string, ChatSpace>();
  let cachedUntilMs = 0;

  const toSpace = (loaded: { webhookUrl: string | null } | ServiceError | undefined): ChatSpace => {
    // The alerts of a cohort whose row was deleted by hand go to the default space.
    if (loaded === undefined || (loaded instanceof ServiceError && loaded.code === 'COHORT_UNKNOWN')) {
      return defaultSpace;
    }
    if (loaded instanceof ServiceError) return loaded;
    return loaded.webhookUrl === null ? defaultSpace : { webhookUrl: loaded.webhookUrl, isDefault: false };
  };

  return async (heads: readonly OutboxHead[]): Promise<(head: OutboxHead) => ChatSpace> => {
    const skIds = heads.flatMap(({ skId }) => (skId === null ? [] : [skId]));
    if (performance.now() >= cachedUntilMs || skIds.some((skId) => !cached.has(skId))) {
      const loaded = await loadChatSpaces(database, secretBox, skIds);
      cached = new Map(skIds.map((skId) => [skId, toSpace(loaded.get(skId))]));
      cachedUntilMs = performance.now() + CACHE_MS;
    }
    const spaces = cached;
    return ({ kind, skId }) =>
      kind === 'operations' || skId === null
        ? { webhookUrl: operatorsWebhookUrl, isDefault: false }
        : (spaces.get(skId) ?? defaultSpace);
  };
}
