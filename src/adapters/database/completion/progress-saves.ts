import type { Queryable, Statement } from '../core/database';

/**
 * How long a `saveId` is known. A page that comes back later with a save that was counted gains nothing by it: what it
 * claims is in the lesson's union already.
 */
const KEPT_DAYS = 35;

export interface ProgressSave {
  memberNo: string;
  saveId: Buffer;
  bodyDigest: Buffer;
  savedAt: Date;
  /** What the page said this save adds, in milliseconds of video. */
  claimedMs: number;
  creditedMs: number;
  playbackRate: number;
}

/** Fails when a member used a `saveId` before: it is looked up first, under the member's lock. */
export function insertSaves(saves: readonly ProgressSave[]): Statement {
  return {
    sql: `INSERT INTO openeg_progress_saves
        (member_no, save_id, body_digest, saved_at, claimed_ms, credited_ms, playback_rate) VALUES ?`,
    parameters: [
      saves.map((save) => [
        save.memberNo,
        save.saveId,
        save.bodyDigest,
        save.savedAt,
        save.claimedMs,
        save.creditedMs,
        save.playbackRate,
      ]),
    ],
  };
}

/** Forgets at most `limit` saves that no retry asks for any more, and answers how many they were. */
export async function deleteOldSaves(database: Queryable, limit: number): Promise<number> {
  const { affectedRows } = await database.execute(
    'DELETE FROM openeg_progress_saves WHERE saved_at < UTC_TIMESTAMP(3) - INTERVAL ? DAY ORDER BY saved_at LIMIT ?',
    [KEPT_DAYS, limit],
  );
  return affectedRows;
}
