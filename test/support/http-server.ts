import { createSigner } from 'fast-jwt';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createLogger } from '../../src/adapters/logger';
import { createMetrics, type Metrics } from '../../src/adapters/metrics';
import type { Database } from '../../src/adapters/database/core/database';
import { createHttpServer } from '../../src/http/create-http-server';
import type { ExplainedAnswer, ProgressAnswer } from '../../src/http/progress/progress-schemas';
import { createTestDatabase, type TestDatabase } from './database';

export const JWT_SECRET = 'a secret that only this test knows';
/** The page's sources: its HTML and CSS are the same files as in the built folder. */
export const LECTURE_PAGE = join(__dirname, '../../web/lecture-page');

export interface Lesson {
  projectNo: string;
  eduNo: string;
  chasiNo: string;
  memberNo: string;
}

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface ErrorBody {
  code: string;
  message: string;
  details?: unknown;
}

export interface TestServer {
  url: string;
  test: TestDatabase;
  database: Database;
  metrics: Metrics;
  /** The ids passed to `onCompleted`, in order. */
  completed: string[];
  get(lesson: Lesson, token?: string): Promise<Answer<ExplainedAnswer>>;
  post<Body = ProgressAnswer>(path: string, body: unknown, token: string): Promise<Answer<Body>>;
  /** Moves the member's last calls into the past, on the database's clock. */
  pass(memberNo: string, milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

export const tokenFor = (memberNo: string, claims: object = {}): string =>
  createSigner({ key: JWT_SECRET, algorithm: 'HS256' })({ sub: memberNo, ...claims });

/** Starts the server on a real port, with a new database or the given one. */
export async function startTestServer(
  options: { maxPlaybackRate?: number; allowedOrigins?: string[]; test?: TestDatabase } = {},
): Promise<TestServer> {
  const test = options.test ?? (await createTestDatabase());
  const { database } = test;
  const metrics = createMetrics();
  const completed: string[] = [];
  const app = await createHttpServer({
    database,
    metrics,
    logger: createLogger('silent'),
    jwtSecret: JWT_SECRET,
    allowedOrigins: options.allowedOrigins ?? [],
    rules: { maxPlaybackRate: options.maxPlaybackRate ?? 2 },
    onCompleted: (completionId) => completed.push(completionId),
    health: { parts: {}, metrics: () => metrics.registry.metrics() },
    lecturePageDirectory: LECTURE_PAGE,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  async function answer<Body>(response: Response): Promise<Answer<Body>> {
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  }
  return {
    url,
    test,
    database,
    metrics,
    completed,
    async get({ projectNo, eduNo, chasiNo, memberNo }, token = tokenFor(memberNo)) {
      const path = [projectNo, eduNo, chasiNo, memberNo].map(encodeURIComponent).join('/');
      return answer(await fetch(`${url}/api/progress/${path}`, { headers: { authorization: `Bearer ${token}` } }));
    },
    async post(path, body, token) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return answer(await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
    },
    async pass(memberNo, milliseconds) {
      for (const table of ['openeg_progress_members', 'openeg_video_progress']) {
        await database.execute(
          `UPDATE ${table} SET last_call_at = last_call_at - INTERVAL ? MICROSECOND WHERE member_no = ?`,
          [milliseconds * 1000, memberNo],
        );
      }
    },
    async close() {
      await app.close();
      await test.drop();
    },
  };
}

/** A save with segments, like one of the tracker. `changes` replaces fields. */
export function saveOf(
  lesson: Lesson,
  lengthMs: number,
  segments: [number, number][],
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    ...lesson,
    totalVideoTime: lengthMs,
    currentVideoTime: segments.at(-1)?.[1] ?? 0,
    completionVideoTime: segments.reduce((sum, [from, to]) => sum + to - from, 0),
    saveId: randomUUID(),
    segments,
    ...changes,
  };
}
