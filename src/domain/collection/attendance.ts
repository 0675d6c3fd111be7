import type { VodLog } from './vod-log';

/** A learning day has eight class periods (교시), whether or not anything was watched in them. */
export const PERIODS_A_DAY = 8;

export interface PeriodAttendance {
  /** 1 to 8 */
  period: number;
  /** The lecture is unknown for a period without a log. */
  lectureId: string | null;
  lectureTitle: string | null;
  durationSeconds: number;
  watchedSeconds: number;
  attended: boolean;
  firstPlayedAt: Date | null;
  lastPlayedAt: Date | null;
}

/**
 * Attended (출석) means at least 80 % of a period that has a length (contract section 5). In whole numbers, for
 * `0.8 * duration` is not exact: 5 x watched against 4 x duration stays far below 2^53.
 */
export function isAttended(watchedSeconds: number, durationSeconds: number): boolean {
  return durationSeconds > 0 && 5 * watchedSeconds >= 4 * durationSeconds;
}

/** A student's whole day in the order of its periods; a period without a log counts as zero seconds. */
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
