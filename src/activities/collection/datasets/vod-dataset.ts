import {
  hasStoredStudents,
  vodContents,
  studentsWithStoredLogs,
  type StudentDay,
} from '../../../adapters/database/collection/vod-logs';
import { fellSilent, isSuddenlyEmpty } from '../../../domain/collection/dead-session';
import { listThenAsk, type Dataset } from './dataset';

/** Students of every status, each with the logs of the date. */
export const vodDataset: Dataset<StudentDay[]> = {
  gather: ({ lms, account, date, options }) =>
    listThenAsk(
      () => lms.listStudents(account, options),
      async (student) => ({ student, logs: await lms.listVodLogs(account, student.studentId, date, options) }),
    ),

  async doubt(db, skId, date, days) {
    if (days.length === 0) return (await hasStoredStudents(db, skId)) ? 'loss' : 'empty';
    const stored = new Map([...(await studentsWithStoredLogs(db, skId, date))].map((studentId) => [studentId, true]));
    const listed = new Map(days.map(({ student, logs }) => [student.studentId, logs.length]));
    if (isSuddenlyEmpty(stored, listed)) return 'loss';
    return fellSilent(days.map(({ logs }) => logs.length)) ? 'silence' : 'none';
  },

  contents: vodContents,
};
