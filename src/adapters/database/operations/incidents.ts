import { randomUUID } from 'node:crypto';
import {
  incidentClosedMessage,
  incidentOpenedMessage,
  noticeMessage,
} from '../../../domain/operations/operators-message';
import type { Incident, IncidentId } from '../../../domain/operations/incident';
import type { IncidentEnd } from '../../../domain/operations/judge-incidents';
import type { OpenIncident } from '../../../domain/operations/service-facts';
import { enqueueMessage } from '../alerts/chat-outbox';
import type { Database, Queryable } from '../core/database';

const MAX_SUMMARY_LENGTH = 1_000;

/**
 * Begins an incident, and tells the operators of it in the same transaction. An incident that is open already stays as
 * it is: the unique key lets one process tell, however many find it. Answers whether it is new.
 */
export function openIncident(db: Database, { summary: given, ...id }: Incident): Promise<boolean> {
  const requestId = newRequestId();
  const summary = Array.from(given).slice(0, MAX_SUMMARY_LENGTH).join('');
  return db.transaction(async (transaction) => {
    const known = await transaction.query('SELECT 1 FROM openeg_incidents WHERE incident_key = ? AND is_open = 1', [
      id.key,
    ]);
    if (known.length > 0) return false;
    const { affectedRows, insertId } = await transaction.execute(
      `INSERT INTO openeg_incidents (incident_key, is_open, summary, opened_at) VALUES (?, 1, ?, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE incident_key = VALUES(incident_key)`,
      [id.key, summary],
    );
    if (affectedRows === 0) return false;
    await enqueue(transaction, requestId, threadOf(id, insertId), incidentOpenedMessage(summary));
    return true;
  });
}

/** Ends an incident, and tells the operators how. Answers false when no such incident was open. */
export function closeIncident(
  db: Database,
  { how = 'well', ...id }: IncidentId & Partial<Pick<IncidentEnd, 'how'>>,
): Promise<boolean> {
  const requestId = newRequestId();
  return db.transaction(async (transaction) => {
    const [incident] = await transaction.query<{ id: number; summary: string; opened_at: Date; now: Date }>(
      `SELECT id, summary, opened_at, UTC_TIMESTAMP(3) AS now FROM openeg_incidents
       WHERE incident_key = ? AND is_open = 1 FOR UPDATE`,
      [id.key],
    );
    if (incident === undefined) return false;
    await transaction.execute('UPDATE openeg_incidents SET is_open = NULL, closed_at = UTC_TIMESTAMP(3) WHERE id = ?', [
      incident.id,
    ]);
    if (how === 'replaced') return true;
    const lastedMs = incident.now.getTime() - incident.opened_at.getTime();
    const content = how === 'well' ? incidentClosedMessage(incident.summary, lastedMs) : noticeMessage(how.lastWord);
    await enqueue(transaction, requestId, threadOf(id, incident.id), content);
    return true;
  });
}

/** Open incidents, oldest first; with a `prefix` only those whose key begins with it. */
export async function listOpenIncidents(db: Queryable, prefix = ''): Promise<OpenIncident[]> {
  const rows = await db.query<{ incident_key: string; summary: string; opened_at: Date; well_seconds: number | null }>(
    `SELECT incident_key, summary, opened_at, TIMESTAMPDIFF(SECOND, well_since, UTC_TIMESTAMP(3)) AS well_seconds
     FROM openeg_incidents
     WHERE is_open = 1 AND LEFT(incident_key, ?) = ? ORDER BY id`,
    [prefix.length, prefix],
  );
  return rows.map((row) => ({
    ...{ key: row.incident_key, summary: row.summary, openedAt: row.opened_at },
    wellSeconds: row.well_seconds,
  }));
}

/** Notes since when the cause of an open incident is well, or that it is not well any more. */
export async function noteWellness(db: Queryable, key: string, isWell: boolean): Promise<void> {
  await db.execute(
    `UPDATE openeg_incidents SET well_since = ${isWell ? 'COALESCE(well_since, UTC_TIMESTAMP(3))' : 'NULL'}
     WHERE incident_key = ? AND is_open = 1`,
    [key],
  );
}

/** Contract section 2: everything about one collection date has one thread. */
function threadOf({ collectionDate }: IncidentId, incidentNumber: number): string {
  return collectionDate === undefined ? `incident-${incidentNumber}` : `collection-${collectionDate}`;
}

/**
 * Random, and stored before it is used, so that a repeated post carries the same one. A row's number would be used again
 * after a backup was restored, and Chat would drop the new message as known.
 */
function newRequestId(): string {
  return `incident-${randomUUID()}`;
}

function enqueue(
  transaction: Queryable,
  requestId: string,
  threadKey: string,
  content: ReturnType<typeof incidentOpenedMessage>,
): Promise<void> {
  return enqueueMessage(transaction, { requestId, kind: 'operations', skId: null, threadKey, content });
}
