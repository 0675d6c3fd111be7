import type { OutboxHead } from '../../adapters/database/alerts/chat-outbox';
import type { Database } from '../../adapters/database/core/database';
import { closeIncident, listOpenIncidents, openIncident } from '../../adapters/database/operations/incidents';
import { webhookBrokenText } from '../../domain/operations/operators-texts';

/** Opens an incident when a webhook takes no message, and closes it when it takes one again. */
export interface WebhookIncidents {
  isOpen(head: OutboxHead, isDefaultSpace: boolean): boolean;
  open(head: OutboxHead, isDefaultSpace: boolean, reason: string): Promise<void>;
  close(head: OutboxHead, isDefaultSpace: boolean): Promise<void>;
  /** Closes all of them: no message waits for a webhook any more. */
  closeAll(): Promise<void>;
}

const PREFIX = 'chat-webhook/';

/**
 * Keeps the keys of the open incidents in memory, so that a delivered message costs no query. The key is the default space,
 * the operators' one, or the cohort with its own webhook: its message is the first one to get through a new webhook too.
 */
export async function createWebhookIncidents(database: Database): Promise<WebhookIncidents> {
  const openKeys = new Set((await listOpenIncidents(database, PREFIX)).map(({ key }) => key));
  const closeKey = async (key: string) => {
    if (openKeys.delete(key)) await closeIncident(database, { key });
  };
  return {
    isOpen: (head, isDefaultSpace) => openKeys.has(keyOf(head, isDefaultSpace)),
    async open(head, isDefaultSpace, reason) {
      const key = keyOf(head, isDefaultSpace);
      if (openKeys.has(key)) return;
      await openIncident(database, { key, summary: webhookBrokenText(spaceOf(head, isDefaultSpace), reason) });
      openKeys.add(key);
    },
    close: (head, isDefaultSpace) => closeKey(keyOf(head, isDefaultSpace)),
    async closeAll() {
      for (const key of openKeys) await closeKey(key);
    },
  };
}

function keyOf({ kind, skId }: OutboxHead, isDefaultSpace: boolean): string {
  if (kind === 'operations' || skId === null) return `${PREFIX}operators`;
  return PREFIX + (isDefaultSpace ? 'default' : skId);
}

function spaceOf({ kind, skId }: OutboxHead, isDefaultSpace: boolean) {
  if (kind === 'operations') return { kind: 'operators' } as const;
  return isDefaultSpace ? ({ kind: 'default' } as const) : ({ kind: 'cohort', skId } as const);
}
