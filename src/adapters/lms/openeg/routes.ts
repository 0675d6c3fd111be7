import type { LearningDate } from '../../../domain/shared/learning-date';
import { ServiceError } from '../../../domain/shared/service-error';

/* Where the operations of docs/contract/lms-api.openapi.yaml are, after the base URL. */

export const LOGIN_PATH = '/api/v1/auth/login';

/** Each function throws a ServiceError LMS_BAD_PAGE for an id that no URL can carry: only the LMS can have named it. */
export const routes = {
  inquiries: (skId: string, since: Date) =>
    `${cohortPath(skId, 'inquiries')}?since=${encodeURIComponent(since.toISOString())}`,
  students: (skId: string) => cohortPath(skId, 'students'),
  vodLogs: (skId: string, studentId: string, date: LearningDate) =>
    `${cohortPath(skId, 'students', studentId, 'vod-logs')}?date=${date}`,
  pblProblems: (skId: string) => cohortPath(skId, 'pbl', 'problems'),
  pblSubmissions: (skId: string, problemId: string) => cohortPath(skId, 'pbl', 'problems', problemId, 'submissions'),
  tasks: (skId: string) => cohortPath(skId, 'tasks'),
  taskSubmissions: (skId: string, taskId: string) => cohortPath(skId, 'tasks', taskId, 'submissions'),
  roadmap: (skId: string) => cohortPath(skId, 'roadmap'),
  completions: (skId: string) => cohortPath(skId, 'completions'),
};

function cohortPath(...segments: string[]): string {
  return `/api/v1/cohorts/${segments.map(encodeSegment).join('/')}`;
}

function encodeSegment(text: string): string {
  // A proxy may normalize the URL, and then these two name another place.
  if (text !== '' && text !== '.' && text !== '..') {
    try {
      return encodeURIComponent(text);
    } catch {
      // A lone surrogate has no encoding.
    }
  }
  throw new ServiceError('LMS_BAD_PAGE', 'The LMS named an id that cannot stand in a URL. Ask its operators about it.');
}
