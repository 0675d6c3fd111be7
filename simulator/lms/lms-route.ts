import type { LmsOperation } from '../knobs';

export interface LmsRoute {
  operation: LmsOperation;
  /** Null for the log-in. */
  skId: string | null;
  /** Student, problem or task in the path. */
  parentId: string;
  query: URLSearchParams;
}

type Pattern = readonly [method: string, operation: LmsOperation, ...segments: string[]];

/** `:` stands for the parent's id. */
const COHORT_PATTERNS: readonly Pattern[] = [
  ['GET', 'listInquiries', 'inquiries'],
  ['GET', 'listStudents', 'students'],
  ['GET', 'listVodLogs', 'students', ':', 'vod-logs'],
  ['GET', 'listPblProblems', 'pbl', 'problems'],
  ['GET', 'listPblSubmissions', 'pbl', 'problems', ':', 'submissions'],
  ['GET', 'listTasks', 'tasks'],
  ['GET', 'listTaskSubmissions', 'tasks', ':', 'submissions'],
  ['GET', 'getRoadmap', 'roadmap'],
  ['POST', 'reportCompletion', 'completions'],
];

/** The operation that a request names; undefined when the LMS has no such path. */
export function parseLmsRoute(method: string, url: string): LmsRoute | undefined {
  const queryStart = url.indexOf('?');
  const path = queryStart === -1 ? url : url.slice(0, queryStart);
  const query = new URLSearchParams(queryStart === -1 ? '' : url.slice(queryStart + 1));
  if (path === '/api/v1/auth/login') {
    return method === 'POST' ? { operation: 'login', skId: null, parentId: '', query } : undefined;
  }
  const [empty, api, version, cohorts, cohort, ...segments] = path.split('/');
  if (empty !== '' || api !== 'api' || version !== 'v1' || cohorts !== 'cohorts' || !cohort) return undefined;
  const found = COHORT_PATTERNS.find(
    ([patternMethod, , ...pattern]) =>
      patternMethod === method &&
      pattern.length === segments.length &&
      pattern.every((part, index) => (part === ':' ? segments[index] !== '' : part === segments[index])),
  );
  if (found === undefined) return undefined;
  try {
    const parentId = segments.length === 3 && segments[0] !== 'pbl' ? segments[1] : segments[2];
    return {
      operation: found[1],
      skId: decodeURIComponent(cohort),
      parentId: decodeURIComponent(parentId ?? ''),
      query,
    };
  } catch {
    return undefined;
  }
}
