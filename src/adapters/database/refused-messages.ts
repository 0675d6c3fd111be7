import { noticeMessage } from '../../domain/operators-message';
import { enqueueMessage, type OutboxHead, type OutboxKind, type WaitingMessage } from './chat-outbox';
import type { Database, Queryable } from './database';

/*
 * A message that Chat refused as card and as text is dead: it blocks nobody behind it, and the operators are told. As
 * long as it may have been the webhook's fault, the row keeps what it said, so that it can be brought back to waiting.
 */
const MAY_COME_BACK = "state = 'dead' AND content IS NOT NULL";

/** One notice for a message, however often it is given up: Chat's `requestId` of it. */
const noticeIdOf = (requestId: string) => `dead-${requestId}`;

interface HeadRow {
  id: number;
  kind: OutboxKind;
  sk_id: string | null;
}
const toHead = (row: HeadRow): OutboxHead => ({ id: row.id, kind: row.kind, skId: row.sk_id });

/** Dead messages that may come back, oldest first. */
export async function listRefusedMessages(db: Queryable): Promise<OutboxHead[]> {
  const rows = await db.query<HeadRow>(
    `SELECT id, kind, sk_id FROM openeg_chat_outbox WHERE ${MAY_COME_BACK} ORDER BY id`,
  );
  return rows.map(toHead);
}

/**
 * Marks a waiting message as dead and tells the operators of an alert, once. A message about a message that Chat refused
 * could be refused too, so of the operators' own ones nobody is told. For good, what it said is erased: the LMS has it.
 */
export function giveUpMessage(
  database: Database,
  message: WaitingMessage,
  reason: string,
  { forGood }: { forGood: boolean },
): Promise<void> {
  return database.transaction(async (transaction) => {
    const { affectedRows } = await transaction.execute(
      `UPDATE openeg_chat_outbox SET state = 'dead', content = IF(?, NULL, content), failure = ?
       WHERE id = ? AND state = 'waiting'`,
      [forGood, reason, message.id],
    );
    if (affectedRows === 0 || message.kind === 'operations') return;
    const entryId = await findEntryId(transaction, message.requestId);
    const onceMore = forGood ? '' : ' 이 공간이 다른 메시지를 받으면 이 알림을 한 번 더 보냅니다.';
    const summary =
      `기수 ${message.skId}의 문의 알림 하나를 Google Chat이 받지 않아 포기했습니다 (문의 ${entryId}).\n` +
      `LMS에서 이 문의를 직접 확인하세요. 다른 알림은 계속 전송됩니다.${onceMore} 이유: ${reason}`;
    await enqueueMessage(transaction, {
      requestId: noticeIdOf(message.requestId),
      kind: 'operations',
      skId: null,
      threadKey: message.threadKey,
      content: noticeMessage(summary),
    });
  });
}

/** Has dead messages wait again, card first, and takes back what the operators would only now be told of them. */
export function bringBackMessages(database: Database, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return Promise.resolve();
  return database.transaction(async (transaction) => {
    await transaction.execute(
      `UPDATE openeg_chat_outbox SET state = 'waiting', plain = 0 WHERE id IN (?) AND ${MAY_COME_BACK}`,
      [ids],
    );
    const rows = await transaction.query<{ request_id: string }>(
      "SELECT request_id FROM openeg_chat_outbox WHERE id IN (?) AND kind = 'inquiry'",
      [ids],
    );
    if (rows.length === 0) return;
    await transaction.execute("DELETE FROM openeg_chat_outbox WHERE request_id IN (?) AND state <> 'sent'", [
      rows.map((row) => noticeIdOf(row.request_id)),
    ]);
  });
}

/** The webhook is at fault: the message goes on waiting, and begins with its card. */
export async function keepWaiting(db: Queryable, id: number, reason: string): Promise<void> {
  await db.execute("UPDATE openeg_chat_outbox SET plain = 0, failure = ? WHERE id = ? AND state = 'waiting'", [
    reason,
    id,
  ]);
}

/**
 * A message that waits in line with one of `heads` and is none of `except`: the oldest of those that Chat never refused,
 * or else the oldest.
 */
export async function findOtherWaiting(
  db: Queryable,
  heads: readonly OutboxHead[],
  except: readonly number[],
): Promise<OutboxHead | undefined> {
  const skIds = heads.flatMap(({ kind, skId }) => (kind === 'inquiry' && skId !== null ? [skId] : []));
  const [row] = await db.query<HeadRow>(
    `SELECT id, kind, sk_id FROM openeg_chat_outbox
     WHERE state = 'waiting' AND id NOT IN (?) AND ((kind = 'operations' AND ?) OR (kind = 'inquiry' AND sk_id IN (?)))
     ORDER BY failure IS NOT NULL, id LIMIT 1`,
    // A list must not be empty in SQL; no row has these.
    [[0, ...except], heads.some(({ kind }) => kind === 'operations'), ['', ...skIds]],
  );
  return row && toHead(row);
}

async function findEntryId(transaction: Queryable, entryHash: string): Promise<string> {
  const [row] = await transaction.query<{ entry_id: string }>(
    'SELECT entry_id FROM openeg_entry_tracking WHERE entry_hash = ?',
    [entryHash],
  );
  return row?.entry_id ?? entryHash;
}
