import { createHash } from 'node:crypto';
import type { OutboxContent } from '../../../domain/alerts/chat-message';
import { enqueueMessage } from '../alerts/chat-outbox';
import type { Database, Queryable } from '../core/database';

export interface DetectedInquiry {
  entryId: string;
  /** The LMS's. */
  createdAt: Date;
  /** Only the daily look back found it. */
  late: boolean;
}

/** Inquiries of one transaction: a cohort's first look back may find hundreds. */
const BATCH_SIZE = 100;
const HASHES_PER_QUERY = 500;

/** Contract section 5: what makes an inquiry the same one, and Chat's `requestId` for its alert. */
export function entryHash(skId: string, entryId: string): string {
  return createHash('sha256').update(`${skId}\n${entryId}`, 'utf8').digest('hex');
}

/** Those of the hashes that are tracked already. */
export async function findTrackedEntries(db: Queryable, hashes: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (let start = 0; start < hashes.length; start += HASHES_PER_QUERY) {
    const rows = await db.query<{ entry_hash: string }>(
      'SELECT entry_hash FROM openeg_entry_tracking WHERE entry_hash IN (?)',
      [hashes.slice(start, start + HASHES_PER_QUERY)],
    );
    for (const row of rows) known.add(row.entry_hash);
  }
  return known;
}

/**
 * Tracks the inquiries in the order given (oldest first) and puts the alert of each new one in line, both in one
 * transaction. The unique key decides what is new: two checks that see the same inquiry at once alert it once.
 * Answers the new ones. `cohortName` is the name at that moment.
 */
export async function trackInquiries<One extends DetectedInquiry>(
  database: Database,
  skId: string,
  inquiries: readonly One[],
  createContent: (inquiry: One, cohortName: string) => OutboxContent,
): Promise<One[]> {
  const added: One[] = [];
  for (let start = 0; start < inquiries.length; start += BATCH_SIZE) {
    const batch = inquiries.slice(start, start + BATCH_SIZE);
    const addedOfBatch = await database.transaction(async (transaction) => {
      const cohortName = await loadCohortName(transaction, skId);
      const inserted: One[] = [];
      for (const inquiry of batch) {
        if (!(await insertEntry(transaction, skId, inquiry))) continue;
        const requestId = entryHash(skId, inquiry.entryId);
        const content = createContent(inquiry, cohortName);
        await enqueueMessage(transaction, { requestId, kind: 'inquiry', skId, threadKey: requestId, content });
        inserted.push(inquiry);
      }
      return inserted;
    });
    added.push(...addedOfBatch);
  }
  return added;
}

async function insertEntry(transaction: Queryable, skId: string, inquiry: DetectedInquiry): Promise<boolean> {
  const { affectedRows } = await transaction.execute(
    `INSERT INTO openeg_entry_tracking (entry_hash, sk_id, entry_id, created_at, detected_at, late)
     VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), ?) ON DUPLICATE KEY UPDATE entry_hash = VALUES(entry_hash)`,
    [entryHash(skId, inquiry.entryId), skId, inquiry.entryId, inquiry.createdAt, inquiry.late ? 1 : 0],
  );
  return affectedRows > 0;
}

async function loadCohortName(transaction: Queryable, skId: string): Promise<string> {
  const [row] = await transaction.query<{ cohort_name: string }>(
    'SELECT cohort_name FROM openeg_gather_town_info WHERE sk_id = ?',
    [skId],
  );
  return row?.cohort_name ?? skId;
}
