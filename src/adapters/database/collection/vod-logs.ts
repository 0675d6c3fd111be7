import { attendanceOfDay } from '../../../domain/collection/attendance';
import type { LearningDate } from '../../../domain/shared/learning-date';
import type { VodLog } from '../../../domain/collection/vod-log';
import type { Student } from '../../../domain/people/student';
import type { Queryable } from '../core/database';
import { tableContent, type CollectedTable, type TableContent } from './sync-rows';

const VOD_LOGS: CollectedTable<
  | 'sk_id'
  | 'log_date'
  | 'student_id'
  | 'period'
  | 'student_name'
  | 'lecture_id'
  | 'lecture_title'
  | 'duration_seconds'
  | 'watched_seconds'
  | 'attended'
  | 'first_played_at'
  | 'last_played_at'
> = {
  name: 'openeg_vod_logs',
  scopeColumns: ['sk_id', 'log_date'],
  keyColumns: ['student_id', 'period'],
  valueColumns: [
    'student_name',
    'lecture_id',
    'lecture_title',
    'duration_seconds',
    'watched_seconds',
    'attended',
    'first_played_at',
    'last_played_at',
  ],
  studentColumn: 'student_id',
};

export interface StudentDay {
  student: Student;
  logs: readonly VodLog[];
}

/** One date of a cohort: eight rows a student. */
export function vodContents(skId: string, date: LearningDate, days: readonly StudentDay[]): TableContent[] {
  const rows = days.flatMap(({ student, logs }) =>
    attendanceOfDay(logs).map((period) => ({
      sk_id: skId,
      log_date: date,
      student_id: student.studentId,
      period: period.period,
      student_name: student.name,
      lecture_id: period.lectureId,
      lecture_title: period.lectureTitle,
      duration_seconds: period.durationSeconds,
      watched_seconds: period.watchedSeconds,
      attended: period.attended,
      first_played_at: period.firstPlayedAt,
      last_played_at: period.lastPlayedAt,
    })),
  );
  return [tableContent(VOD_LOGS, [skId, date], rows)];
}

/** Whether students of the cohort are stored, on whatever date. */
export async function hasStoredStudents(db: Queryable, skId: string): Promise<boolean> {
  const rows = await db.query('SELECT 1 FROM openeg_vod_logs WHERE sk_id = ? LIMIT 1', [skId]);
  return rows.length > 0;
}

/** Students of whom at least one period with a lecture is stored for the date. */
export async function studentsWithStoredLogs(db: Queryable, skId: string, date: LearningDate): Promise<Set<string>> {
  const rows = await db.query<{ student_id: string }>(
    'SELECT DISTINCT student_id FROM openeg_vod_logs WHERE sk_id = ? AND log_date = ? AND lecture_id IS NOT NULL',
    [skId, date],
  );
  return new Set(rows.map((row) => row.student_id));
}
