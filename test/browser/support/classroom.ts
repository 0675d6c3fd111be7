import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { buildWeb } from '../../../tools/build-web';
import { createLogger } from '../../../src/adapters/logger';
import { createMetrics } from '../../../src/adapters/metrics';
import type { Database } from '../../../src/adapters/database/core/database';
import { createHttpServer } from '../../../src/http/create-http-server';
import type { ExplainedAnswer } from '../../../src/http/progress/progress-schemas';
import { createTestDatabase } from '../../support/database';
import { temporaryDirectory } from '../../support/test-run';
import { JWT_SECRET, tokenFor, type Lesson } from '../../support/http-server';
import { HARNESS_PAGE } from './harness-page';
import { startWire, type Wire } from './wire';

/** Two questions about a member's credit are at least this far apart. */
const ASK_EACH_MS = 250;

/** The real server with a new database, and the wire through which pages reach it. */
export interface Classroom {
  wire: Wire;
  /** Address of the server itself, for calls that the wire must not see. */
  serverUrl: string;
  database: Database;
  /** A lesson of a new member. */
  newLesson(): Lesson;
  watchUrl(lesson: Lesson, clip: string, token?: string): string;
  /** The server's credit so far, in milliseconds. Does not use the wire. */
  creditedMs(lesson: Lesson): Promise<number>;
  explain(lesson: Lesson): Promise<ExplainedAnswer>;
  savesOf(lesson: Lesson): Wire['calls'];
  close(): Promise<void>;
}

export async function startClassroom(): Promise<Classroom> {
  const built = temporaryDirectory('watch-page');
  await buildWeb(built);
  const test = await createTestDatabase();
  const metrics = createMetrics();
  const app = await createHttpServer({
    database: test.database,
    metrics,
    logger: createLogger('silent'),
    jwtSecret: JWT_SECRET,
    allowedOrigins: [],
    rules: { maxPlaybackRate: 2 },
    onCompleted: () => {},
    health: { parts: {}, metrics: () => metrics.registry.metrics() },
    lecturePageDirectory: `${built}/lecture-page`,
  });
  const serverUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  const wire = await startWire(serverUrl, { '/harness': HARNESS_PAGE });

  const askedAtMs = new Map<string, number>();
  async function explain({ projectNo, eduNo, chasiNo, memberNo }: Lesson): Promise<ExplainedAnswer> {
    // These calls and the page under test share the member's call limit.
    const waitMs = (askedAtMs.get(memberNo) ?? 0) + ASK_EACH_MS - Date.now();
    if (waitMs > 0) await sleep(waitMs);
    askedAtMs.set(memberNo, Date.now());
    const path = [projectNo, eduNo, chasiNo, memberNo].map(encodeURIComponent).join('/');
    const response = await fetch(`${serverUrl}/api/progress/${path}`, {
      headers: { authorization: `Bearer ${tokenFor(memberNo)}` },
    });
    if (!response.ok) throw new Error(`The server answered ${response.status}`);
    return (await response.json()) as ExplainedAnswer;
  }

  return {
    wire,
    serverUrl,
    database: test.database,
    newLesson: () => ({ projectNo: 'SK001', eduNo: 'E1', chasiNo: 'C1', memberNo: `학생-${randomUUID()}` }),
    watchUrl({ projectNo, eduNo, chasiNo, memberNo }, clip, token = tokenFor(memberNo)) {
      const src = `../clips/${clip}`;
      const parameters = new URLSearchParams({ project: projectNo, edu: eduNo, chasi: chasiNo, token, src });
      return `${wire.url}/demo/watch?${parameters}`;
    },
    explain,
    creditedMs: async (lesson) => (await explain(lesson)).completionVideoTime,
    savesOf: ({ memberNo }) => wire.calls.filter(({ method, body }) => method === 'POST' && body.memberNo === memberNo),
    async close() {
      await wire.close();
      await app.close();
      await test.drop();
    },
  };
}

/** Opens a page and waits until its video may play. */
export async function openLecture(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForSelector('[data-phase="ready"]');
  await page.waitForFunction(() => document.querySelector('video')!.readyState >= 2);
}
