import { storedContentSchema, type OutboxContent, type StoredContent } from '../../../domain/alerts/chat-message';
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

export interface UnsentMessage extends OutboxHead {
  requestId: string;
  threadKey: string;
  /** Chat did not take the rich message, so the plain one is sent. */
  isPlain: boolean;
  /** It was put aside. */
  isAside: boolean;
  /** Undefined when it can not be read. */
  content: StoredContent | undefined;
}

const ASIDE_DUE = "state = 'aside' AND tried_at <= UTC_TIMESTAMP(3) - INTERVAL 1 HOUR";
const DAYS_ASIDE = 14;

/** Inserts a message in the caller's transaction. A message with the same `requestId` stays unchanged. */
export async function enqueueMessage(transaction: Queryable, message: NewOutboxMessage): Promise<void> {
  await transaction.execute(
    `INSERT INTO openeg_chat_outbox (request_id, kind, sk_id, thread_key, content, created_at)
     VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE request_id = VALUES(request_id)`,
    [message.requestId, message.kind, message.skId, message.threadKey, JSON.stringify(message.content)],
  );
}

/** Whether a delivery has work: a message waits, or one that was put aside is due for its next try. */
export async function hasWaitingMessages(db: Queryable): Promise<boolean> {
  const rows = await db.query(
    `SELECT 1 FROM DUAL WHERE EXISTS (SELECT 1 FROM openeg_chat_outbox WHERE state = 'waiting')
       OR EXISTS (SELECT 1 FROM openeg_chat_outbox WHERE ${ASIDE_DUE})`,
  );
  return rows.length > 0;
}

/**
 * The oldest waiting message of each cohort and of the operators, in the order of delivery: alerts come first. Where
 * operators share a space with a cohort, a learner's question goes out first (decision 0005). Reads one entry of the index
 * for each cohort, however many messages wait.
 */
export async function listOutboxHeads(db: Queryable): Promise<OutboxHead[]> {
  const rows = await db.query<{ id: number; kind: OutboxKind; sk_id: string | null }>(
    `SELECT MIN(id) AS id, kind, sk_id FROM openeg_chat_outbox WHERE state = 'waiting' GROUP BY state, kind, sk_id ORDER BY kind = 'operations', id`,
  );
  return rows.map((row) => ({ id: row.id, kind: row.kind, skId: row.sk_id }));
}

/** The waiting message that comes after `after` in the order of delivery, among those of the heads' cohorts or the operators. */
export async function findWaitingAfter(
  db: Queryable,
  after: OutboxHead,
  heads: readonly OutboxHead[],
): Promise<OutboxHead | undefined> {
  const find = async (kind: OutboxKind, afterId: number, condition: string, parameters: string[][]) => {
    const [row] = await db.query<{ id: number; sk_id: string | null }>(
      `SELECT id, sk_id FROM openeg_chat_outbox
       WHERE state = 'waiting' AND kind = ? AND ${condition} AND id > ? ORDER BY id LIMIT 1`,
      [kind, ...parameters, afterId],
    );
    return row && { id: row.id, kind, skId: row.sk_id };
  };
  const skIds = heads.flatMap(({ kind, skId }) => (kind === 'inquiry' && skId !== null ? [skId] : []));
  const isAfterAlert = after.kind === 'inquiry';
  const alert = isAfterAlert && skIds.length > 0 ? await find('inquiry', after.id, 'sk_id IN (?)', [skIds]) : undefined;
  if (alert !== undefined || heads.every(({ kind }) => kind === 'inquiry')) return alert;
  return find('operations', isAfterAlert ? 0 : after.id, 'sk_id IS NULL', []);
}

/** Messages that were put aside and were not tried for an hour, at most 20, the one that was tried longest ago first. */
export async function listDueAside(db: Queryable): Promise<OutboxHead[]> {
  const rows = await db.query<{ id: number; kind: OutboxKind; sk_id: string | null }>(
    `SELECT id, kind, sk_id FROM openeg_chat_outbox WHERE ${ASIDE_DUE} ORDER BY tried_at LIMIT 20`,
  );
  return rows.map((row) => ({ id: row.id, kind: row.kind, skId: row.sk_id }));
}

/** Undefined when the message was sent or given up meanwhile. */
export async function loadUnsentMessage(db: Queryable, id: number): Promise<UnsentMessage | undefined> {
  const [row] = await db.query<{
    request_id: string;
    kind: OutboxKind;
    sk_id: string | null;
    thread_key: string;
    plain: number;
    state: string;
    content: string | null;
  }>(
    `SELECT request_id, kind, sk_id, thread_key, plain, state, content FROM openeg_chat_outbox
     WHERE id = ? AND state IN ('waiting', 'aside')`,
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
    isAside: row.state === 'aside',
    content: readContent(row.content),
  };
}

/** The first 20 messages for the operators that have waited for at least `ageSeconds`, oldest first. */
export async function listOverdueOperatorsMessages(db: Queryable, ageSeconds: number): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `SELECT id FROM openeg_chat_outbox
     WHERE state = 'waiting' AND kind = 'operations' AND created_at <= UTC_TIMESTAMP(3) - INTERVAL ? SECOND
     ORDER BY created_at, id LIMIT 20`,
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
       WHERE id = ? AND state IN ('waiting', 'aside')`,
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

/** Records that Chat did not take the rich message. The plain one keeps its place in the order. */
export async function markPlain(db: Queryable, id: number, failure: string): Promise<void> {
  await db.execute("UPDATE openeg_chat_outbox SET plain = 1, failure = ? WHERE id = ? AND state = 'waiting'", [
    failure,
    id,
  ]);
}

/**
 * Records that Chat did not take the plain message either. The row keeps its content and blocks no other message any more.
 * @param refusedSpace identifies the space that refused it, for `listUnconfirmedRefusals`; null for another reason
 * @returns false when another process had put it aside or sent it
 */
export async function putAside(
  transaction: Queryable,
  id: number,
  { failure, refusedSpace }: { failure: string; refusedSpace: string | null },
): Promise<boolean> {
  const { affectedRows } = await transaction.execute(
    `UPDATE openeg_chat_outbox SET state = 'aside', plain = 1, aside_at = UTC_TIMESTAMP(3), tried_at = UTC_TIMESTAMP(3),
       refused_space = ?, failure = ? WHERE id = ? AND state = 'waiting'`,
    [refusedSpace, failure, id],
  );
  return affectedRows > 0;
}

/** The next try is in an hour. */
export async function recordTryOfAside(db: Queryable, id: number, failure: string): Promise<void> {
  await db.execute(
    "UPDATE openeg_chat_outbox SET tried_at = UTC_TIMESTAMP(3), failure = ? WHERE id = ? AND state = 'aside'",
    [failure, id],
  );
}

/** Messages that were refused and put aside while their space has taken no other one since, oldest first. */
export async function listUnconfirmedRefusals(db: Queryable): Promise<{ id: number; space: string }[]> {
  return db.query<{ id: number; space: string }>(
    `SELECT id, refused_space AS space FROM openeg_chat_outbox
     WHERE state = 'aside' AND refused_space IS NOT NULL ORDER BY aside_at, id`,
  );
}

/** The space took another message: the refusals were the messages'. */
export async function confirmRefusals(db: Queryable, ids: readonly number[]): Promise<void> {
  await db.execute('UPDATE openeg_chat_outbox SET refused_space = NULL WHERE id IN (?)', [ids]);
}

/** The refusals were the webhook's: the messages wait again, and the notices about them that were not sent are removed. */
export async function undoRefusals(transaction: Queryable, ids: readonly number[]): Promise<void> {
  await transaction.execute(
    `UPDATE openeg_chat_outbox
     SET state = 'waiting', plain = 0, aside_at = NULL, tried_at = NULL, refused_space = NULL
     WHERE id IN (?) AND state = 'aside'`,
    [ids],
  );
  for (const id of ids) {
    await transaction.execute("DELETE FROM openeg_chat_outbox WHERE request_id LIKE ? AND state = 'waiting'", [
      `${asideNoticePrefix(id)}%`,
    ]);
  }
}

/** Begins the `requestId` of each notice that says that the message was put aside. */
export function asideNoticePrefix(id: number): string {
  return `aside-${id}-`;
}

/** Messages that were put aside 14 days ago. */
export async function listExpiredAside(db: Queryable): Promise<(OutboxHead & Pick<UnsentMessage, 'requestId'>)[]> {
  const rows = await db.query<{ id: number; kind: OutboxKind; sk_id: string | null; request_id: string }>(
    `SELECT id, kind, sk_id, request_id FROM openeg_chat_outbox
     WHERE state = 'aside' AND aside_at <= UTC_TIMESTAMP(3) - INTERVAL ${DAYS_ASIDE} DAY LIMIT 100`,
  );
  return rows.map((row) => ({ id: row.id, kind: row.kind, skId: row.sk_id, requestId: row.request_id }));
}

/** @returns false when another process had done it */
export async function eraseAside(transaction: Queryable, id: number): Promise<boolean> {
  const { affectedRows } = await transaction.execute(
    "UPDATE openeg_chat_outbox SET state = 'dead', content = NULL WHERE id = ? AND state = 'aside'",
    [id],
  );
  return affectedRows > 0;
}

function readContent(json: string | null): StoredContent | undefined {
  try {
    return storedContentSchema.safeParse(JSON.parse(json ?? '')).data;
  } catch {
    return undefined;
  }
}
