import type { Queryable, Statement } from '../core/database';

/**
 * How long a `saveId` is kept (decision 0010). An older save gains nothing when it is repeated: the lesson's union holds
 * its parts already.
 */
const KEPT_DAYS = 35;

export interface ProgressSave {
  memberNo: string;
  saveId: Buffer;
  bodyDigest: Buffer;
  savedAt: Date;
  /** The page's own claim (`completionVideoTime`), in milliseconds of video. */
  claimedMs: number;
  creditedMs: number;
  playbackRate: number;
}

/** Fails if the member's `saveId` is stored already. The caller checks this first, under the member's lock. */
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

/** Deletes at most `limit` saves older than KEPT_DAYS and returns their number. */
export async function deleteOldSaves(database: Queryable, limit: number): Promise<number> {
  const { affectedRows } = await database.execute(
    'DELETE FROM openeg_progress_saves WHERE saved_at < UTC_TIMESTAMP(3) - INTERVAL ? DAY ORDER BY saved_at LIMIT ?',
    [KEPT_DAYS, limit],
  );
  return affectedRows;
}
