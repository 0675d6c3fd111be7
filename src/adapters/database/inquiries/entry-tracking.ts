import { createHash } from 'node:crypto';
import type { OutboxContent } from '../../../domain/alerts/chat-message';
import { enqueueMessage } from '../alerts/chat-outbox';
import type { Database, Queryable } from '../core/database';

export interface DetectedInquiry {
  entryId: string;
  /** By the LMS's clock. */
  createdAt: Date;
  /** Only the wide window of a check contains it. */
  isLate: boolean;
  alert: OutboxContent;
}

const HASHES_PER_QUERY = 500;

/** The identity of an inquiry and the `requestId` of its alert (contract section 5). */
export function entryHash(skId: string, entryId: string): string {
  return createHash('sha256').update(`${skId}\n${entryId}`, 'utf8').digest('hex');
}

/** The given hashes that are tracked already. */
export async function findTrackedEntries(db: Queryable, hashes: readonly string[]): Promise<Set<string>> {
  const tracked = new Set<string>();
  for (let start = 0; start < hashes.length; start += HASHES_PER_QUERY) {
    const rows = await db.query<{ entry_hash: string }>(
      'SELECT entry_hash FROM openeg_entry_tracking WHERE entry_hash IN (?)',
      [hashes.slice(start, start + HASHES_PER_QUERY)],
    );
    for (const row of rows) tracked.add(row.entry_hash);
  }
  return tracked;
}

/**
 * Tracks the inquiries in the given order and enqueues the alert of each new one, in one transaction. The unique key
 * decides which are new, so two checks that find the same inquiry at once enqueue one alert (decision 0002).
 * @returns the new ones
 */
export function trackInquiries(
  database: Database,
  skId: string,
  inquiries: readonly DetectedInquiry[],
): Promise<DetectedInquiry[]> {
  return database.transaction(async (transaction) => {
    const added: DetectedInquiry[] = [];
    for (const inquiry of inquiries) {
      if (!(await insertEntry(transaction, skId, inquiry))) continue;
      const requestId = entryHash(skId, inquiry.entryId);
      await enqueueMessage(transaction, {
        requestId,
        kind: 'inquiry',
        skId,
        threadKey: requestId,
        content: inquiry.alert,
      });
      added.push(inquiry);
    }
    return added;
  });
}

/** The entry id of a tracked inquiry; undefined when the hash is unknown. */
export async function findEntryId(db: Queryable, hash: string): Promise<string | undefined> {
  const [row] = await db.query<{ entry_id: string }>(
    'SELECT entry_id FROM openeg_entry_tracking WHERE entry_hash = ?',
    [hash],
  );
  return row?.entry_id;
}

async function insertEntry(transaction: Queryable, skId: string, inquiry: DetectedInquiry): Promise<boolean> {
  const { affectedRows } = await transaction.execute(
    `INSERT INTO openeg_entry_tracking (entry_hash, sk_id, entry_id, created_at, detected_at, late)
     VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), ?) ON DUPLICATE KEY UPDATE entry_hash = VALUES(entry_hash)`,
    [entryHash(skId, inquiry.entryId), skId, inquiry.entryId, inquiry.createdAt, inquiry.isLate ? 1 : 0],
  );
  return affectedRows > 0;
}
