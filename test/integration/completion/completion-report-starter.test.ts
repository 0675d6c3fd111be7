import { setTimeout as sleep } from 'node:timers/promises';
import { completionIdOf, insertCompletion } from '../../../src/adapters/database/completion/video-completions';
import { createLogger } from '../../../src/adapters/logger';
import { ServiceError } from '../../../src/domain/shared/service-error';
import {
  createCompletionReportStarter,
  type CompletionReportStarter,
} from '../../../src/processes/sweeps/completion-report-starter';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { waitUntil } from '../../support/wait-until';

const QUICK_MS = 20;
const deadlineMs = 30_000;

let test: TestDatabase;
let temporalIsThere: boolean;
let started: string[];
let starter: CompletionReportStarter;
let stopping: AbortController;

beforeEach(async () => {
  test = await createTestDatabase();
  temporalIsThere = true;
  started = [];
  stopping = new AbortController();
  starter = createCompletionReportStarter({
    database: test.database,
    logger: createLogger('silent'),
    sweepIntervalMs: QUICK_MS,
    graceMs: 0,
    async startReport(completionId) {
      await sleep(1);
      if (!temporalIsThere) throw new ServiceError('TEMPORAL_UNAVAILABLE', 'away');
      started.push(completionId);
    },
  });
});
afterEach(() => test.drop());

async function complete(count: number, ageSeconds = 10): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const key = { projectNo: 'SK001', eduNo: 'E1', chasiNo: `L${index}`, memberNo: `M${ageSeconds}` };
    const { sql, parameters } = insertCompletion(key, {
      at: new Date(Date.now() - ageSeconds * 1000),
      progressRate: 0.8,
    });
    await test.database.execute(sql, parameters);
    ids.push(completionIdOf(key));
  }
  return ids;
}

async function whileSweeping(work: () => Promise<unknown>): Promise<void> {
  const sweeping = starter.sweep(stopping.signal);
  await work();
  stopping.abort();
  await sweeping;
}

const confirmed = async () =>
  (
    await test.database.query<{ id: string }>(
      'SELECT completion_id AS id FROM openeg_video_completions WHERE report_started_at IS NOT NULL',
    )
  ).map(({ id }) => id);

it('starts a report after the commit, and records the start', async () => {
  const [id] = await complete(1);
  starter.start(id!);
  await starter.drained();
  expect(started).toEqual([id]);
  expect(await confirmed()).toEqual([id]);
});

it('starts each report once that was lost in an outage of Temporal or a crash', async () => {
  const ids = await complete(45);
  temporalIsThere = false;
  starter.start(ids[0]!);
  await starter.drained();
  expect(await confirmed()).toEqual([]);
  await whileSweeping(async () => {
    temporalIsThere = true;
    await waitUntil(async () => (await confirmed()).length === ids.length, { deadlineMs, what: 'all are started' });
    // A later sweep starts a later completion, and no other one again.
    const [later] = await complete(1, 5);
    await waitUntil(() => started.includes(later!), { deadlineMs, what: 'the later one is started' });
  });
  expect(new Set(started).size).toBe(ids.length + 1);
  expect(started).toHaveLength(ids.length + 1);
});

it('skips reported completions, and starts old reports again that Temporal can have lost', async () => {
  const [reported, longAgo, lately] = await complete(3);
  const set = (id: string, column: string, hoursAgo: number) =>
    test.database.execute(
      `UPDATE openeg_video_completions SET ${column} = UTC_TIMESTAMP(3) - INTERVAL ? HOUR WHERE completion_id = ?`,
      [hoursAgo, id],
    );
  await set(reported!, 'reported_at', 1);
  await set(longAgo!, 'report_started_at', 7);
  await set(lately!, 'report_started_at', 5);
  const [never] = await complete(1, 20);
  await whileSweeping(() => waitUntil(() => started.length >= 2, { deadlineMs, what: 'two reports are started' }));
  expect(new Set(started)).toEqual(new Set([longAgo, never]));
  expect(started).toHaveLength(2);
});

it('deletes saves that no page repeats any more', async () => {
  const insert = (saveId: number, daysAgo: number) =>
    test.database.execute(
      `INSERT INTO openeg_progress_saves (member_no, save_id, body_digest, saved_at, claimed_ms, credited_ms, playback_rate)
       VALUES ('M', ?, ?, UTC_TIMESTAMP(3) - INTERVAL ? DAY, 1, 1, 1)`,
      [Buffer.alloc(16, saveId), Buffer.alloc(32), daysAgo],
    );
  await insert(1, 36);
  await insert(2, 34);
  const kept = () => test.database.query<{ id: Buffer }>('SELECT save_id AS id FROM openeg_progress_saves');
  await whileSweeping(() =>
    waitUntil(async () => (await kept()).length === 1, { deadlineMs, what: 'the old one goes' }),
  );
  expect((await kept())[0]!.id).toEqual(Buffer.alloc(16, 2));
});
