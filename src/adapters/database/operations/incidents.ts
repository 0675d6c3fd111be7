import { randomUUID } from 'node:crypto';
import { incidentClosedMessage, incidentOpenedMessage } from '../../../domain/alerts/operators-message';
import { enqueueMessage } from '../alerts/chat-outbox';
import type { Database, Queryable } from '../core/database';

const MAX_SUMMARY_LENGTH = 1_000;

export interface OpenIncident {
  key: string;
  summary: string;
  openedAt: Date;
}

/**
 * Something began that needs a person: the operators are told once, in Korean, however often and by however many
 * processes it is found. `summary` says what happened in its first line and what to do after that; it holds no secret
 * and nobody's name. `key` is at most 190 characters, kind first (`night-missing/2025-01-20`). Answers whether it is new.
 */
export function openIncident(db: Database, key: string, summary: string): Promise<boolean> {
  const requestId = `incident-${randomUUID()}`;
  const told = Array.from(summary).slice(0, MAX_SUMMARY_LENGTH).join('');
  return db.transaction(async (transaction) => {
    const known = await transaction.query('SELECT 1 FROM openeg_incidents WHERE incident_key = ? AND is_open = 1', [
      key,
    ]);
    if (known.length > 0) return false;
    const { affectedRows, insertId } = await transaction.execute(
      `INSERT INTO openeg_incidents (incident_key, is_open, summary, opened_at) VALUES (?, 1, ?, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE incident_key = VALUES(incident_key)`,
      [key, told],
    );
    if (affectedRows === 0) return false;
    await enqueue(transaction, requestId, threadOf(key, insertId), incidentOpenedMessage(told));
    return true;
  });
}

/** What `openIncident` told is over: the operators are told once more. Answers false when no such incident was open. */
export function closeIncident(db: Database, key: string): Promise<boolean> {
  const requestId = `incident-${randomUUID()}`;
  return db.transaction(async (transaction) => {
    const [incident] = await transaction.query<{ id: number; summary: string; opened_at: Date; now: Date }>(
      `SELECT id, summary, opened_at, UTC_TIMESTAMP(3) AS now FROM openeg_incidents
       WHERE incident_key = ? AND is_open = 1 FOR UPDATE`,
      [key],
    );
    if (incident === undefined) return false;
    await transaction.execute('UPDATE openeg_incidents SET is_open = NULL, closed_at = UTC_TIMESTAMP(3) WHERE id = ?', [
      incident.id,
    ]);
    const lastedMs = incident.now.getTime() - incident.opened_at.getTime();
    await enqueue(
      transaction,
      requestId,
      threadOf(key, incident.id),
      incidentClosedMessage(incident.summary, lastedMs),
    );
    return true;
  });
}

/** Open incidents, oldest first; only those whose key begins with `prefix`, when one is given. */
export async function listOpenIncidents(db: Queryable, prefix = ''): Promise<OpenIncident[]> {
  const rows = await db.query<{ incident_key: string; summary: string; opened_at: Date }>(
    `SELECT incident_key, summary, opened_at FROM openeg_incidents
     WHERE is_open = 1 AND LEFT(incident_key, ?) = ? ORDER BY id`,
    [prefix.length, prefix],
  );
  return rows.map((row) => ({ key: row.incident_key, summary: row.summary, openedAt: row.opened_at }));
}

/** Contract section 2: a collection date has one thread, whatever there is to tell of it. Other incidents have their own. */
function threadOf(key: string, incidentId: number): string {
  const date = /\/(\d{4}-\d{2}-\d{2})$/.exec(key)?.[1];
  return date === undefined ? `incident-${incidentId}` : `collection-${date}`;
}

/**
 * The random request id is stored before it is used, so a repeated post carries the same one; the row's own number
 * would come back after a restored backup, and Chat would drop a new message as known.
 */
function enqueue(
  transaction: Queryable,
  requestId: string,
  threadKey: string,
  content: ReturnType<typeof incidentOpenedMessage>,
): Promise<void> {
  return enqueueMessage(transaction, {
    requestId,
    kind: 'operations',
    skId: null,
    threadKey,
    content,
  });
}
