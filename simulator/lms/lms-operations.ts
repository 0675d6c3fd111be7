import { z } from 'zod';
import type { StableList } from '../data/stable-list';
import type { LmsKnobs } from '../knobs';
import type { CohortWorld } from './cohort-world';
import type { LmsRoute } from './lms-route';

export type LmsAnswer =
  { status: 200; value: Record<string, unknown> } | { status: number; code: string; message: string };

const completionSchema = z.object({
  completionId: z.string(),
  memberNo: z.string(),
  eduNo: z.string(),
  chasiNo: z.string(),
  completedAt: z.iso.datetime({ offset: true }),
  progressRate: z.number().min(0).max(1),
});

const badRequest = (message: string): LmsAnswer => ({ status: 400, code: 'BAD_REQUEST', message });
const notFound = (what: string): LmsAnswer => ({ status: 404, code: 'NOT_FOUND', message: `no such ${what}` });

/** Cursors are opaque to the caller: the list that they belong to, and a place in it. */
const encodeCursor = (operation: string, place: string | number) =>
  Buffer.from(`${operation}:${place}`).toString('base64url');

function decodeCursor(operation: string, cursor: string | null): string | null | undefined {
  if (cursor === null) return null;
  const text = Buffer.from(cursor, 'base64url').toString();
  return text.startsWith(`${operation}:`) ? text.slice(operation.length + 1) : undefined;
}

/** `limit` of the query, cut to what the knob lets a page hold; undefined when it is not allowed. */
function pageLimit(query: URLSearchParams, knobs: LmsKnobs): number | undefined {
  const given = query.get('limit');
  if (given === null) return knobs.pageSize;
  const limit = /^\d{1,4}$/.test(given) ? Number(given) : 0;
  return limit >= 1 && limit <= 100 ? Math.min(limit, knobs.pageSize) : undefined;
}

function listPage(route: LmsRoute, knobs: LmsKnobs, list: StableList<object> | undefined, what: string): LmsAnswer {
  if (list === undefined) return notFound(what);
  const limit = pageLimit(route.query, knobs);
  if (limit === undefined) return badRequest('limit must be 1 to 100');
  const place = decodeCursor(route.operation, route.query.get('cursor'));
  if (place === undefined || (place !== null && !/^\d+$/.test(place))) return badRequest('unknown cursor');
  let start = Number(place ?? 0);
  // A page of one item that begins with the one before would never come to an end.
  if (knobs.shiftedPages && limit > 1) start = list.placeBefore(start);
  const { items, next } = list.page(start, limit);
  return { status: 200, value: { items, nextCursor: next === null ? null : encodeCursor(route.operation, next) } };
}

/** A `+` that was not escaped in `since` arrives as a space, and is no instant. */
function inquiriesPage(route: LmsRoute, knobs: LmsKnobs, world: CohortWorld, nowMs: number): LmsAnswer {
  const limit = pageLimit(route.query, knobs);
  if (limit === undefined) return badRequest('limit must be 1 to 100');
  const since = route.query.get('since');
  if (since !== null && !z.iso.datetime({ offset: true }).safeParse(since).success) {
    return badRequest('since must be an ISO 8601 instant with an offset');
  }
  const cursor = decodeCursor(route.operation, route.query.get('cursor'));
  if (cursor === undefined) return badRequest('unknown cursor');
  const page = world.inquiries.page({
    nowMs,
    sinceMs: since === null ? Number.NEGATIVE_INFINITY : Date.parse(since),
    cursor,
    limit,
    repeatLast: knobs.shiftedPages && limit > 1,
  });
  if (page === null) return badRequest('unknown cursor');
  const nextCursor = page.next === null ? null : encodeCursor(route.operation, page.next);
  return { status: 200, value: { items: page.items, nextCursor } };
}

function vodLogsPage(route: LmsRoute, knobs: LmsKnobs, world: CohortWorld): LmsAnswer {
  const date = route.query.get('date');
  if (date === null || !z.iso.date().safeParse(date).success) return badRequest('date must be a date like 2025-01-20');
  return listPage(route, knobs, world.vodLogs(route.parentId, date), 'student');
}

function recordCompletion(world: CohortWorld, body: unknown): LmsAnswer {
  const parsed = completionSchema.safeParse(body);
  if (!parsed.success) return badRequest(z.prettifyError(parsed.error));
  // completionId alone is the idempotency key; what else a repetition says does not matter.
  const known = world.completions.get(parsed.data.completionId);
  if (known !== undefined) {
    known.reports += 1;
    return { status: 200, value: { duplicate: true } };
  }
  world.completions.set(parsed.data.completionId, { ...parsed.data, skId: world.account.skId, reports: 1 });
  return { status: 200, value: { duplicate: false } };
}

/** What the LMS answers an authorized request about one cohort; `body` is that of a POST. */
export function answerLmsRoute(
  route: LmsRoute,
  world: CohortWorld,
  knobs: LmsKnobs,
  nowMs: number,
  body: unknown,
): LmsAnswer {
  switch (route.operation) {
    case 'listInquiries':
      return inquiriesPage(route, knobs, world, nowMs);
    case 'listStudents':
      return listPage(route, knobs, world.students, 'cohort');
    case 'listVodLogs':
      return vodLogsPage(route, knobs, world);
    case 'listPblProblems':
      return listPage(route, knobs, world.pblProblems, 'cohort');
    case 'listPblSubmissions':
      return listPage(route, knobs, world.pblSubmissions(route.parentId), 'problem');
    case 'listTasks':
      return listPage(route, knobs, world.tasks, 'cohort');
    case 'listTaskSubmissions':
      return listPage(route, knobs, world.taskSubmissions(route.parentId), 'task');
    case 'getRoadmap': {
      const units = world.roadmapUnits.items();
      const value = {
        units: units.map((unit) => ({ ...unit, lessons: world.roadmapLessons(unit.unitId)?.items() ?? [] })),
      };
      return { status: 200, value };
    }
    case 'reportCompletion':
      return recordCompletion(world, body);
    case 'login':
      throw new Error('a log-in belongs to no cohort');
  }
}

/** The same page again and again: its cursor leads to where it began. */
export function withRepeatingCursor(route: LmsRoute, value: Record<string, unknown>): Record<string, unknown> {
  if (!('nextCursor' in value)) return value;
  const first = route.operation === 'listInquiries' ? `${Number.MAX_SAFE_INTEGER}.0` : 0;
  return { ...value, nextCursor: route.query.get('cursor') ?? encodeCursor(route.operation, first) };
}
