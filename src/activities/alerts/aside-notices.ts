import { randomUUID } from 'node:crypto';
import {
  asideNoticePrefix,
  enqueueMessage,
  eraseAside,
  listExpiredAside,
  putAside,
  type OutboxHead,
  type UnsentMessage,
} from '../../adapters/database/alerts/chat-outbox';
import type { Database, Queryable } from '../../adapters/database/core/database';
import { findEntryId } from '../../adapters/database/inquiries/entry-tracking';
import { noticeMessage } from '../../domain/operations/operators-message';
import { alertErasedText, alertPutAsideText } from '../../domain/operations/operators-texts';

/** Puts a message aside and, in the same transaction, enqueues the notice about it. */
export function giveAside(
  database: Database,
  message: UnsentMessage,
  reason: Parameters<typeof putAside>[2],
): Promise<void> {
  const noticeId = asideNoticePrefix(message.id) + randomUUID();
  return database.transaction(async (transaction) => {
    if (!(await putAside(transaction, message.id, reason))) return;
    await enqueueNotice(transaction, message, noticeId, (entryId) =>
      alertPutAsideText({ skId: message.skId, entryId, reason: reason.failure }),
    );
  });
}

/** Erases the content of each message that has been put aside for 14 days, and enqueues a notice about it. */
export async function eraseExpiredAside(database: Database): Promise<void> {
  for (const message of await listExpiredAside(database)) {
    const noticeId = `erased-${randomUUID()}`;
    await database.transaction(async (transaction) => {
      if (!(await eraseAside(transaction, message.id))) return;
      await enqueueNotice(transaction, message, noticeId, (entryId) =>
        alertErasedText({ skId: message.skId, entryId }),
      );
    });
  }
}

/** Operators get notices about alerts only: a notice about a notice could be refused too, without end. */
async function enqueueNotice(
  transaction: Queryable,
  { kind, requestId: entryHash }: OutboxHead & Pick<UnsentMessage, 'requestId'>,
  requestId: string,
  textOf: (entryId: string) => string,
): Promise<void> {
  if (kind === 'operations') return;
  const entryId = (await findEntryId(transaction, entryHash)) ?? entryHash;
  const content = noticeMessage(textOf(entryId));
  await enqueueMessage(transaction, { requestId, kind: 'operations', skId: null, threadKey: entryHash, content });
}
