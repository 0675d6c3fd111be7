import { z } from 'zod';
import type { StableList } from '../data/stable-list';
import type { LmsKnobs, LmsOperation } from '../knobs';
import type { CohortWorld } from './cohort-world';

export type LmsAnswer =
  { status: 200; value: Record<string, unknown> } | { status: number; code: string; message: string };

/** A request to one of the LMS's operations. */
export interface LmsRequest {
  operation: LmsOperation;
  /** Empty for the log-in. */
  skId: string;
  /** The student, problem or task in the path; empty where there is none. */
  parentId: string;
  query: Record<string, string | undefined>;
  /** The bearer token. */
  token: string | null;
  /** The JSON value of the body. */
  body: unknown;
}

const COHORT = '/api/v1/cohorts/:skId';

/** The paths of lms-api.openapi.yaml. */
export const LMS_ROUTES: Record<LmsOperation, { method: 'GET' | 'POST'; path: string }> = {
  login: { method: 'POST', path: '/api/v1/auth/login' },
  listInquiries: { method: 'GET', path: `${COHORT}/inquiries` },
  listStudents: { method: 'GET', path: `${COHORT}/students` },
  listVodLogs: { method: 'GET', path: `${COHORT}/students/:parentId/vod-logs` },
  listPblProblems: { method: 'GET', path: `${COHORT}/pbl/problems` },
  listPblSubmissions: { method: 'GET', path: `${COHORT}/pbl/problems/:parentId/submissions` },
  listTasks: { method: 'GET', path: `${COHORT}/tasks` },
  listTaskSubmissions: { method: 'GET', path: `${COHORT}/tasks/:parentId/submissions` },
  getRoadmap: { method: 'GET', path: `${COHORT}/roadmap` },
  reportCompletion: { method: 'POST', path: `${COHORT}/completions` },
};

const completionSchema = z.object({
  completionId: z.string(),
  memberNo: z.string(),
  eduNo: z.string(),
  chasiNo: z.string(),
  completedAt: z.iso.datetime({ offset: true }),
  progressRate: z.number().min(0).max(1),
});

/** The LMS's answer to an authorized request about one cohort. */
export function answerCohortRequest(
  request: LmsRequest,
  world: CohortWorld,
  knobs: LmsKnobs,
  nowMs: number,
): LmsAnswer {
  switch (request.operation) {
    case 'listInquiries':
      return inquiriesPage(request, knobs, world, nowMs);
    case 'listStudents':
      return listPage(request, knobs, world.students, 'cohort');
    case 'listVodLogs':
      return vodLogsPage(request, knobs, world);
    case 'listPblProblems':
      return listPage(request, knobs, world.pblProblems, 'cohort');
    case 'listPblSubmissions':
      return listPage(request, knobs, world.pblSubmissions(request.parentId), 'problem');
    case 'listTasks':
      return listPage(request, knobs, world.tasks, 'cohort');
    case 'listTaskSubmissions':
      return listPage(request, knobs, world.taskSubmissions(request.parentId), 'task');
    case 'getRoadmap':
      return roadmap(world);
    case 'reportCompletion':
      return recordCompletion(world, request.body);
    case 'login':
      throw new Error('a log-in belongs to no cohort');
  }
}

const badRequest = (message: string): LmsAnswer => ({ status: 400, code: 'BAD_REQUEST', message });
const notFound = (what: string): LmsAnswer => ({ status: 404, code: 'NOT_FOUND', message: `no such ${what}` });

/** A cursor is opaque to the client. It holds the operation, and a place in its list. */
const encodeCursor = (operation: string, place: string | number) =>
  Buffer.from(`${operation}:${place}`).toString('base64url');

/** Null without a cursor; undefined when it belongs to another operation. */
function decodeCursor({ operation, query }: LmsRequest): string | null | undefined {
  if (query.cursor === undefined) return null;
  const text = Buffer.from(query.cursor, 'base64url').toString();
  return text.startsWith(`${operation}:`) ? text.slice(operation.length + 1) : undefined;
}

/** The query's `limit`, at most the knob `pageSize`; undefined when it is invalid. */
function pageLimit({ query }: LmsRequest, knobs: LmsKnobs): number | undefined {
  if (query.limit === undefined) return knobs.pageSize;
  const limit = /^\d{1,4}$/.test(query.limit) ? Number(query.limit) : 0;
  return limit >= 1 && limit <= 100 ? Math.min(limit, knobs.pageSize) : undefined;
}

function listPage(
  request: LmsRequest,
  knobs: LmsKnobs,
  list: StableList<object> | undefined,
  parent: string,
): LmsAnswer {
  if (list === undefined) return notFound(parent);
  const limit = pageLimit(request, knobs);
  if (limit === undefined) return badRequest('limit must be 1 to 100');
  const place = decodeCursor(request);
  if (place === undefined || (place !== null && !/^\d+$/.test(place))) return badRequest('unknown cursor');
  let start = Number(place ?? 0);
  // Not for pages of one item: each would begin with the item before it, and the list would never end.
  if (knobs.shiftedPages && limit > 1) start = list.placeBefore(start);
  const { items, next } = list.page(start, limit);
  return { status: 200, value: { items, nextCursor: next === null ? null : encodeCursor(request.operation, next) } };
}

/** An unescaped `+` in `since` arrives as a space, and the text is no instant then. */
function inquiriesPage(request: LmsRequest, knobs: LmsKnobs, world: CohortWorld, nowMs: number): LmsAnswer {
  const limit = pageLimit(request, knobs);
  if (limit === undefined) return badRequest('limit must be 1 to 100');
  const { since } = request.query;
  if (since !== undefined && !z.iso.datetime({ offset: true }).safeParse(since).success) {
    return badRequest('since must be an ISO 8601 instant with an offset');
  }
  const cursor = decodeCursor(request);
  if (cursor === undefined) return badRequest('unknown cursor');
  const page = world.inquiries.page({
    nowMs,
    sinceMs: since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since),
    cursor,
    limit,
    repeatLast: knobs.shiftedPages && limit > 1,
  });
  if (page === null) return badRequest('unknown cursor');
  const nextCursor = page.next === null ? null : encodeCursor(request.operation, page.next);
  return { status: 200, value: { items: page.items, nextCursor } };
}

function vodLogsPage(request: LmsRequest, knobs: LmsKnobs, world: CohortWorld): LmsAnswer {
  const { date } = request.query;
  if (date === undefined || !z.iso.date().safeParse(date).success) {
    return badRequest('date must be a date like 2025-01-20');
  }
  return listPage(request, knobs, world.vodLogs(request.parentId, date), 'student');
}

function roadmap(world: CohortWorld): LmsAnswer {
  const units = world.roadmapUnits.items();
  return {
    status: 200,
    value: { units: units.map((unit) => ({ ...unit, lessons: world.roadmapLessons(unit.unitId)?.items() ?? [] })) },
  };
}

function recordCompletion(world: CohortWorld, body: unknown): LmsAnswer {
  const parsed = completionSchema.safeParse(body);
  if (!parsed.success) return badRequest(z.prettifyError(parsed.error));
  // completionId alone is the idempotency key. The other fields of a repetition are ignored.
  const known = world.completions.get(parsed.data.completionId);
  if (known !== undefined) {
    known.reports += 1;
    return { status: 200, value: { duplicate: true } };
  }
  world.completions.set(parsed.data.completionId, { ...parsed.data, skId: world.account.skId, reports: 1 });
  return { status: 200, value: { duplicate: false } };
}

/** Makes the cursor lead back to the page's own begin, so that a client without a check reads it without end. */
export function withRepeatingCursor(
  { operation, query }: LmsRequest,
  value: Record<string, unknown>,
): Record<string, unknown> {
  if (!('nextCursor' in value)) return value;
  const first = operation === 'listInquiries' ? `${Number.MAX_SAFE_INTEGER}.0` : 0;
  return { ...value, nextCursor: query.cursor ?? encodeCursor(operation, first) };
}
