import { attendanceOfDay, type VodLog } from '../attendance';
import type { Student } from '../../people/student';
import { defineTable, rowsOf, type Dataset } from './define-dataset';

export interface StudentDay {
  student: Student;
  logs: readonly VodLog[];
}

const VOD_LOGS = defineTable({
  name: 'openeg_vod_logs',
  dateColumn: 'log_date',
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
});

/** Students of every status, each with the video logs of one learning date: eight rows a student (contract section 5). */
export const vodDataset: Dataset<readonly StudentDay[]> = {
  tables: [VOD_LOGS],
  toRows: (days) => [
    rowsOf(
      VOD_LOGS,
      days.flatMap(({ student, logs }) =>
        attendanceOfDay(logs).map((period) => ({
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
      ),
    ),
  ],
};
