import type { OutboxHead } from '../../adapters/database/alerts/chat-outbox';
import type { Database } from '../../adapters/database/core/database';
import { closeIncident, listOpenIncidents, openIncident } from '../../adapters/database/operations/incidents';

/** Tells the operators which webhook takes nothing, and when it works again; each once. */
export interface BrokenWebhooks {
  fails(head: OutboxHead, isDefaultSpace: boolean, reason: string): Promise<void>;
  works(head: OutboxHead): Promise<void>;
}

const PREFIX = 'chat-webhook/';

/**
 * Remembers which incidents are open, so that a message that gets through asks the database only when it ends one. The
 * incident is the waiting message's cohort's: the same one is the first to get through, whatever webhook it has then.
 */
export async function createBrokenWebhooks(database: Database): Promise<BrokenWebhooks> {
  const open = new Set((await listOpenIncidents(database, PREFIX)).map(({ key }) => key));
  return {
    async fails(head, isDefaultSpace, reason) {
      const key = keyOf(head);
      if (open.has(key)) return;
      await openIncident(database, { key, summary: summaryOf(head, isDefaultSpace, reason) });
      open.add(key);
    },
    async works(head) {
      const key = keyOf(head);
      if (open.delete(key)) await closeIncident(database, { key });
    },
  };
}

function keyOf({ kind, skId }: OutboxHead): string {
  return PREFIX + (kind === 'operations' || skId === null ? 'operators' : skId);
}

function summaryOf({ kind, skId }: OutboxHead, isDefaultSpace: boolean, reason: string): string {
  const waits = '메시지는 보관되며 웹훅이 고쳐지면 순서대로 전송됩니다.';
  if (kind === 'operations') {
    return `운영자 공간의 Google Chat 웹훅을 쓸 수 없습니다. ${waits}\nOPENEG_OPS_WEBHOOK_URL(없으면 OPENEG_CHAT_WEBHOOK_URL)을 새 웹훅으로 바꾸고 워커를 다시 시작하세요. 이유: ${reason}`;
  }
  return isDefaultSpace
    ? `기본 알림 공간의 Google Chat 웹훅을 쓸 수 없습니다 (기수 ${skId}). ${waits}\nOPENEG_CHAT_WEBHOOK_URL을 새 웹훅으로 바꾸고 워커를 다시 시작하세요. 이유: ${reason}`
    : `기수 ${skId}의 Google Chat 웹훅을 쓸 수 없습니다. ${waits}\n계정 CSV의 chat_webhook_url을 새 웹훅으로 바꾸어 "openeg cohorts import"를 실행하세요. 이유: ${reason}`;
}
