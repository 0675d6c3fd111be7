/** What one student watched in one class period (교시) of a learning date. */
export interface VodLog {
  /** 1 to 8 */
  period: number;
  lectureId: string;
  lectureTitle: string;
  durationSeconds: number;
  /** Can exceed `durationSeconds`. */
  watchedSeconds: number;
  firstPlayedAt: Date | null;
  lastPlayedAt: Date | null;
}
