/** The class periods (교시) of every learning day (contract section 5). */
export const PERIODS_A_DAY = 8;

/** The watched part of one class period (교시) of a learning date, for one student. */
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

export interface PeriodAttendance {
  /** 1 to 8 */
  period: number;
  /** Null for a period without a log. */
  lectureId: string | null;
  lectureTitle: string | null;
  durationSeconds: number;
  watchedSeconds: number;
  attended: boolean;
  firstPlayedAt: Date | null;
  lastPlayedAt: Date | null;
}

/**
 * Whether at least 80 % of a period with a length was watched (출석, contract section 5). Compares whole numbers, because
 * `0.8 * durationSeconds` is not exact in floating point.
 */
export function isAttended(watchedSeconds: number, durationSeconds: number): boolean {
  return durationSeconds > 0 && 5 * watchedSeconds >= 4 * durationSeconds;
}

/** A student's day: one entry for each period, in order. A period without a log has zero seconds. */
export function attendanceOfDay(logs: readonly VodLog[]): PeriodAttendance[] {
  const logByPeriod = new Map(logs.map((log) => [log.period, log]));
  return Array.from({ length: PERIODS_A_DAY }, (_, index) => {
    const period = index + 1;
    const log = logByPeriod.get(period);
    const durationSeconds = log?.durationSeconds ?? 0;
    const watchedSeconds = log?.watchedSeconds ?? 0;
    return {
      period,
      lectureId: log?.lectureId ?? null,
      lectureTitle: log?.lectureTitle ?? null,
      durationSeconds,
      watchedSeconds,
      attended: isAttended(watchedSeconds, durationSeconds),
      firstPlayedAt: log?.firstPlayedAt ?? null,
      lastPlayedAt: log?.lastPlayedAt ?? null,
    };
  });
}
