import { outboxContentSchema, type OutboxContent } from '../../../domain/alerts/chat-message';
import { ServiceError } from '../../../domain/shared/service-error';
import type { Database, Queryable } from '../core/database';

/** An inquiry's alert goes to its cohort's space, a message for the operators to theirs. */
export type OutboxKind = 'inquiry' | 'operations';

export interface NewOutboxMessage {
  /** Google Chat's `requestId`, unique here too: the `entry_hash` of an inquiry. */
  requestId: string;
  kind: OutboxKind;
  skId: string | null;
  threadKey: string;
  content: OutboxContent;
}

/** The oldest waiting message of a cohort, or of the operators. */
export interface OutboxHead {
  id: number;
  kind: OutboxKind;
  skId: string | null;
}

export interface WaitingMessage extends OutboxHead {
  requestId: string;
  threadKey: string;
  /** Chat refused the rich message, so the plain one is next. */
  plain: boolean;
  content: OutboxContent;
}

/** Puts a message in line, in the caller's transaction; one that is there by its `requestId` stays as it is. */
export async function enqueueMessage(transaction: Queryable, message: NewOutboxMessage): Promise<void> {
  await transaction.execute(
    `INSERT INTO openeg_chat_outbox (request_id, kind, sk_id, thread_key, content, created_at)
     VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE request_id = VALUES(request_id)`,
    [message.requestId, message.kind, message.skId, message.threadKey, JSON.stringify(message.content)],
  );
}

export async function hasWaitingMessages(db: Queryable): Promise<boolean> {
  return (await db.query("SELECT 1 FROM openeg_chat_outbox WHERE state = 'waiting' LIMIT 1")).length > 0;
}

/**
 * The first in line of each cohort and of the operators: never more rows than cohorts, however much waits. Where both
 * share a space, a learner's question comes before what the service has to say of itself.
 */
export async function listOutboxHeads(db: Queryable): Promise<OutboxHead[]> {
  const rows = await db.query<{ id: number; kind: OutboxKind; sk_id: string | null }>(
    `SELECT MIN(id) AS id, kind, sk_id FROM openeg_chat_outbox WHERE state = 'waiting' GROUP BY kind, sk_id ORDER BY kind = 'operations', id`,
  );
  return rows.map((row) => ({ id: row.id, kind: row.kind, skId: row.sk_id }));
}

/** Undefined when it does not wait any more. */
export async function loadWaitingMessage(db: Queryable, id: number): Promise<WaitingMessage | undefined> {
  const [row] = await db.query<{
    request_id: string;
    kind: OutboxKind;
    sk_id: string | null;
    thread_key: string;
    plain: number;
    content: string;
  }>(
    "SELECT request_id, kind, sk_id, thread_key, plain, content FROM openeg_chat_outbox WHERE id = ? AND state = 'waiting'",
    [id],
  );
  if (row === undefined) return undefined;
  return {
    id,
    kind: row.kind,
    skId: row.sk_id,
    requestId: row.request_id,
    threadKey: row.thread_key,
    plain: row.plain === 1,
    content: parseContent(row.content, id),
  };
}

/** Messages for the operators that nobody sent for at least `ageSeconds`, oldest first. */
export async function listOverdueOperatorsMessages(db: Queryable, ageSeconds: number): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `SELECT id FROM openeg_chat_outbox
     WHERE state = 'waiting' AND kind = 'operations' AND created_at <= UTC_TIMESTAMP(3) - INTERVAL ? SECOND
     ORDER BY id LIMIT 20`,
    [ageSeconds],
  );
  return rows.map((row) => row.id);
}

/**
 * Chat took it: the row is marked, what the message said is erased, and the inquiry's `processed_at` is set, in one
 * transaction. Answers how long it was under way in milliseconds; undefined when another process had marked it.
 */
export function markSent(db: Database, id: number): Promise<number | undefined> {
  return db.transaction(async (transaction) => {
    const { affectedRows } = await transaction.execute(
      `UPDATE openeg_chat_outbox SET state = 'sent', sent_at = UTC_TIMESTAMP(3), content = NULL, failure = NULL
       WHERE id = ? AND state = 'waiting'`,
      [id],
    );
    if (affectedRows === 0) return undefined;
    await transaction.execute(
      `UPDATE openeg_entry_tracking t JOIN openeg_chat_outbox o ON o.request_id = t.entry_hash
       SET t.processed_at = o.sent_at WHERE o.id = ? AND t.processed_at IS NULL`,
      [id],
    );
    const [row] = await transaction.query<{ under_way_ms: string | number }>(
      'SELECT TIMESTAMPDIFF(MICROSECOND, created_at, sent_at) / 1000 AS under_way_ms FROM openeg_chat_outbox WHERE id = ?',
      [id],
    );
    return row === undefined ? undefined : Number(row.under_way_ms);
  });
}

/** Chat refused the rich message: the plain one is sent in its place and in its turn. */
export async function markPlain(db: Queryable, id: number, failure: string): Promise<void> {
  await db.execute("UPDATE openeg_chat_outbox SET plain = 1, failure = ? WHERE id = ? AND state = 'waiting'", [
    failure,
    id,
  ]);
}

/**
 * Chat refused the plain message too: it blocks nobody any more. What it said is erased, for the LMS has it, and the
 * operators are told which inquiry it was. Answers false when another process had marked it.
 */
export async function markDead(transaction: Queryable, id: number, failure: string): Promise<boolean> {
  const { affectedRows } = await transaction.execute(
    "UPDATE openeg_chat_outbox SET state = 'dead', content = NULL, failure = ? WHERE id = ? AND state = 'waiting'",
    [failure, id],
  );
  return affectedRows > 0;
}

function parseContent(json: string, id: number): OutboxContent {
  const content = outboxContentSchema.safeParse(JSON.parse(json));
  if (!content.success) {
    throw new ServiceError('DATABASE_REJECTED', `The content of message ${id} in openeg_chat_outbox can't be read.`);
  }
  return content.data;
}
