import { outboxContentSchema, type OutboxContent } from '../../../domain/alerts/chat-message';
import { ServiceError } from '../../../domain/shared/service-error';
import type { Database, Queryable } from '../core/database';

/** `inquiry`: an alert for its cohort's space. `operations`: a message for the operators' space. */
export type OutboxKind = 'inquiry' | 'operations';

export interface NewOutboxMessage {
  /** Google Chat's `requestId`, a unique key here too. An alert's is the `entry_hash` of its inquiry. */
  requestId: string;
  kind: OutboxKind;
  skId: string | null;
  threadKey: string;
  content: OutboxContent;
}

/** The oldest waiting message of a cohort or of the operators. */
export interface OutboxHead {
  id: number;
  kind: OutboxKind;
  skId: string | null;
}

export interface WaitingMessage extends OutboxHead {
  requestId: string;
  threadKey: string;
  /** Chat refused the rich message, so the plain one is sent. */
  isPlain: boolean;
  content: OutboxContent;
}

/** Inserts a message in the caller's transaction. A message with the same `requestId` stays unchanged. */
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
 * The oldest waiting message of each cohort and of the operators, so at most one row more than there are cohorts. Alerts
 * come first: where operators share a space with a cohort, a learner's question goes out first (decision 0005).
 */
export async function listOutboxHeads(db: Queryable): Promise<OutboxHead[]> {
  const rows = await db.query<{ id: number; kind: OutboxKind; sk_id: string | null }>(
    `SELECT MIN(id) AS id, kind, sk_id FROM openeg_chat_outbox WHERE state = 'waiting' GROUP BY state, kind, sk_id ORDER BY kind = 'operations', id`,
  );
  return rows.map((row) => ({ id: row.id, kind: row.kind, skId: row.sk_id }));
}

/**
 * Undefined when the message does not wait any more.
 * @throws ServiceError DATABASE_REJECTED when its content can not be read
 */
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
    isPlain: row.plain === 1,
    content: parseContent(row.content, id),
  };
}

/** The first 20 messages for the operators that have waited for at least `ageSeconds`, oldest first. */
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
 * Records that Chat took the message: marks the row, erases its content and sets the inquiry's `processed_at`, in one
 * transaction.
 * @returns milliseconds from its creation to now; undefined when another process had marked it
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
    const [row] = await transaction.query<{ waited_ms: string | number }>(
      'SELECT TIMESTAMPDIFF(MICROSECOND, created_at, sent_at) / 1000 AS waited_ms FROM openeg_chat_outbox WHERE id = ?',
      [id],
    );
    return row === undefined ? undefined : Number(row.waited_ms);
  });
}

/** Records that Chat refused the rich message. The plain one keeps its place in the order. */
export async function markPlain(db: Queryable, id: number, failure: string): Promise<void> {
  await db.execute("UPDATE openeg_chat_outbox SET plain = 1, failure = ? WHERE id = ? AND state = 'waiting'", [
    failure,
    id,
  ]);
}

/**
 * Records that Chat refused the plain message too. The row blocks no other message any more. Its content is erased: the
 * LMS still has the inquiry (decision 0002).
 * @returns false when another process had marked it
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
