import type { OutboxHead } from '../../adapters/database/alerts/chat-outbox';
import type { Database } from '../../adapters/database/core/database';
import { closeIncident, listOpenIncidents, openIncident } from '../../adapters/database/operations/incidents';
import { webhookBrokenText } from '../../domain/operations/operators-texts';

/** Opens an incident when a webhook takes no message, and closes it when it takes one again. */
export interface WebhookIncidents {
  open(head: OutboxHead, isDefaultSpace: boolean, reason: string): Promise<void>;
  close(head: OutboxHead): Promise<void>;
}

const PREFIX = 'chat-webhook/';

/**
 * Keeps the keys of the open incidents in memory, so that a delivered message costs no query. The key is the cohort of
 * the waiting message, not the webhook: that message is the first one to get through a new webhook too.
 */
export async function createWebhookIncidents(database: Database): Promise<WebhookIncidents> {
  const openKeys = new Set((await listOpenIncidents(database, PREFIX)).map(({ key }) => key));
  return {
    async open(head, isDefaultSpace, reason) {
      const key = keyOf(head);
      if (openKeys.has(key)) return;
      await openIncident(database, { key, summary: webhookBrokenText(spaceOf(head, isDefaultSpace), reason) });
      openKeys.add(key);
    },
    async close(head) {
      const key = keyOf(head);
      if (openKeys.delete(key)) await closeIncident(database, { key });
    },
  };
}

function keyOf({ kind, skId }: OutboxHead): string {
  return PREFIX + (kind === 'operations' || skId === null ? 'operators' : skId);
}

function spaceOf({ kind, skId }: OutboxHead, isDefaultSpace: boolean) {
  if (kind === 'operations') return { kind: 'operators' } as const;
  return { kind: isDefaultSpace ? 'default' : 'cohort', skId } as const;
}
