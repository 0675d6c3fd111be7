import {
  findWaitingAfter,
  listOutboxHeads,
  hasWaitingMessages,
  listOverdueOperatorsMessages,
} from '../../../src/adapters/database/alerts/chat-outbox';
import { listStoredDatasets } from '../../../src/adapters/database/collection/collection-runs';
import { replaceFailedTriggers } from '../../../src/adapters/database/collection/statistics-triggers';
import { storeDataset } from '../../../src/adapters/database/collection/store-dataset';
import { hasStoredRows } from '../../../src/adapters/database/collection/sync-table';
import { deleteOldSaves } from '../../../src/adapters/database/completion/progress-saves';
import {
  countUnreported,
  listUnreported,
  readUnknownCohorts,
} from '../../../src/adapters/database/completion/video-completions';
import type { Database, SqlParameters } from '../../../src/adapters/database/core/database';
import { findTrackedEntries } from '../../../src/adapters/database/inquiries/entry-tracking';
import { gatherServiceFacts, type FactName } from '../../../src/adapters/database/operations/service-facts';
import { eraseExpired } from '../../../src/adapters/database/people/erase-expired';
import { forgetMember, forgetStudent } from '../../../src/adapters/database/people/forget-learner';
import { COLLECTED_TABLES, DATASETS } from '../../../src/domain/collection/datasets/all-datasets';
import { addDays, learningDateOf } from '../../../src/domain/shared/learning-date';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { recordServiceStarted } from '../../support/service-rows';
import { fillTables } from '../../support/fill-tables';

/*
 * The database's own plans of the statements that read or erase tables which grow for years. A statement that reads a
 * whole table, or a whole index, becomes slower each year.
 */

/** Tables with a row for a day, an inquiry, a message, a save, a lesson of a learner. */
const GROWING = [
  ...COLLECTED_TABLES.map(({ name }) => name).filter((name) => /vod|submissions/.test(name)),
  'openeg_dataset_readings',
  'openeg_collection_runs',
  'openeg_statistics_triggers',
  'openeg_entry_tracking',
  'openeg_chat_outbox',
  'openeg_incidents',
  'openeg_progress_members',
  'openeg_video_progress',
  'openeg_progress_saves',
  'openeg_video_completions',
];

interface Plan {
  statement: string;
  table: string;
  type: string;
  key: string | null;
}

const DAYS = 120;
const date = addDays(learningDateOf(new Date()), -DAYS / 2);
let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  await fillTables(test.database, { cohorts: 20, days: DAYS, students: 10 });
  await recordServiceStarted(test.database);
  await test.database.execute("UPDATE openeg_service_state SET updated_at = '2025-01-01'");
  // Some wait, as on every day.
  await test.database.execute("UPDATE openeg_chat_outbox SET state = 'waiting' WHERE id % 20 = 0");
  await test.database.execute('UPDATE openeg_video_completions SET reported_at = NULL ORDER BY completion_id LIMIT 50');
  await test.database.execute(`ANALYZE TABLE ${GROWING.join(', ')}`);
});
afterAll(() => test?.drop());

/** Runs `work` on a database that explains each statement before it runs it, and returns the plans for growing tables. */
async function plansOf(work: (database: Database) => Promise<unknown>): Promise<Plan[]> {
  const plans: Plan[] = [];
  const explain = async (db: Pick<Database, 'query'>, sql: string, parameters: SqlParameters = []) => {
    if (!/^\s*(SELECT|DELETE|UPDATE)\b/.test(sql)) return;
    const aliases = new Map(
      [...sql.matchAll(/(openeg_\w+)(?: AS)? (\w+)/g)].map(([, table, alias]) => [alias!, table!]),
    );
    const rows = await db.query<{ table: string | null; type: string | null; key: string | null }>(
      `EXPLAIN FORMAT=TRADITIONAL ${sql}`,
      parameters,
    );
    for (const { table: named, type, key } of rows) {
      const table = aliases.get(named ?? '') ?? named ?? '';
      const statement = sql.replaceAll(/\s+/g, ' ').trim();
      if (GROWING.includes(table)) plans.push({ statement, table, type: type ?? '', key });
    }
  };
  const explaining = <Session extends Pick<Database, 'query' | 'execute'>>(db: Session): Session => ({
    ...db,
    async query(sql: string, parameters?: SqlParameters) {
      await explain(db, sql, parameters);
      return db.query(sql, parameters);
    },
    async execute(sql: string, parameters?: SqlParameters) {
      await explain(db, sql, parameters);
      return db.execute(sql, parameters);
    },
  });
  await work({
    ...explaining(test.database),
    transaction: (inside) => test.database.transaction((transaction) => inside(explaining(transaction))),
    readThenWrite: (read, decide) =>
      test.database.transaction(async (transaction) => {
        const results: object[][] = [];
        for (const { sql, parameters } of read) {
          await explain(transaction, sql, parameters);
          results.push(/^\s*SELECT/.test(sql) ? await transaction.query(sql, parameters) : []);
        }
        const decision = decide(results);
        if (!('write' in decision)) throw new Error('Nothing to prepare was expected');
        for (const { sql, parameters } of decision.write) {
          await explain(transaction, sql, parameters);
          await transaction.execute(sql, parameters);
        }
        return decision.result;
      }),
  });
  return plans;
}

const keysOf = (plans: readonly Plan[]) => [...new Set(plans.map(({ table, key }) => `${table} ${key}`))].toSorted();
const scansOf = (plans: readonly Plan[]) => plans.filter(({ type }) => type === 'ALL' || type === 'index');

/** A record, so that a new fact must be added here. */
const FACTS = Object.keys({
  service: true,
  activeCohorts: true,
  failingCohorts: true,
  heldAccounts: true,
  isLmsRefusingAll: true,
  outbox: true,
  lastChatFailure: true,
  chatTookSeconds: true,
  latestNight: true,
  dueNight: true,
  incidentNights: true,
  collectionAges: true,
  statistics: true,
  erasure: true,
  unreportedCompletions: true,
  reportableCompletions: true,
  unknownCohorts: true,
  refusedCompletions: true,
  incidents: true,
  lmsLease: true,
} satisfies Record<FactName, true>) as FactName[];
const plan = { collectionTime: '02:00', dataTypes: ['vod', 'pbl', 'task', 'roadmap'] as const };

it.each<[string, (database: Database) => Promise<unknown>, string[]]>([
  [
    'the messages that wait',
    async (database) => {
      await hasWaitingMessages(database);
      const heads = await listOutboxHeads(database);
      await listOverdueOperatorsMessages(database, 30);
      await findWaitingAfter(database, { id: 1, kind: 'inquiry', skId: 'SK001' }, heads);
    },
    ['openeg_chat_outbox state_created', 'openeg_chat_outbox state_id', 'openeg_chat_outbox state_space'],
  ],
  [
    'the completions that wait',
    async (database) => {
      await listUnreported(database, { graceMs: 1000, confirmedForMs: 1000, limit: 50 });
      await countUnreported(database);
      await readUnknownCohorts(database);
    },
    ['openeg_video_completions waiting'],
  ],
  [
    'gauges, incidents and status',
    (database) => gatherServiceFacts(database, plan, FACTS),
    [
      'openeg_chat_outbox PRIMARY',
      'openeg_chat_outbox state_created',
      'openeg_chat_outbox state_id',
      'openeg_collection_runs PRIMARY',
      'openeg_collection_runs collection_date',
      'openeg_dataset_readings type_stored',
      'openeg_incidents open_closed',
      'openeg_statistics_triggers sent',
      'openeg_statistics_triggers state_date',
      'openeg_video_completions waiting',
    ],
  ],
  ['the runs of a date', (database) => listStoredDatasets(database, date), ['openeg_collection_runs collection_date']],
  [
    'the triggers of a date',
    async (database) => {
      await replaceFailedTriggers(database, date);
    },
    ['openeg_statistics_triggers state_date', 'openeg_statistics_triggers target_date'],
  ],
  [
    'an inquiry',
    (database) => findTrackedEntries(database, ['0'.repeat(64), '1'.repeat(64)]),
    ['openeg_entry_tracking entry_hash'],
  ],
  [
    "the attendance of a cohort's day",
    async (database) => {
      const [table] = DATASETS.vod.tables;
      await hasStoredRows(database, table!, 'SK0007');
      await storeDataset(
        database,
        { key: { skId: 'SK0007', dataType: 'vod', date }, readAt: new Date(), workflowId: 'w' },
        [{ table: table!, rows: [] }],
      );
    },
    ['openeg_dataset_readings PRIMARY', 'openeg_vod_logs PRIMARY'],
  ],
  [
    'the erasure of a student',
    (database) => forgetStudent(database, 'SK0003', 'S0001'),
    ['openeg_pbl_submissions student', 'openeg_task_submissions student', 'openeg_vod_logs student'],
  ],
  [
    'the erasure of a member',
    (database) => forgetMember(database, '0'.repeat(64)),
    [
      'openeg_progress_members PRIMARY',
      'openeg_progress_saves PRIMARY',
      'openeg_video_completions lesson_of_member',
      'openeg_video_progress PRIMARY',
    ],
  ],
  ['the erasure of saves', (database) => deleteOldSaves(database, 100), ['openeg_progress_saves saved']],
  [
    'the retention',
    (database) => eraseExpired(database, DAYS - 10, () => {}),
    [
      'openeg_chat_outbox created',
      'openeg_collection_runs PRIMARY',
      'openeg_dataset_readings PRIMARY',
      'openeg_entry_tracking cohort_created',
      'openeg_incidents open_closed',
      'openeg_progress_members last_call',
      'openeg_progress_saves saved',
      'openeg_statistics_triggers target_date',
      'openeg_video_progress last_call',
      'openeg_vod_logs PRIMARY',
    ],
  ],
])('reads %s along keys', async (_name, work, keys) => {
  const plans = await plansOf(work);
  expect(scansOf(plans)).toEqual([]);
  // The database chooses between two keys that fit.
  expect(plans).not.toEqual([]);
  expect(keysOf(plans).filter((key) => !keys.includes(key))).toEqual([]);
});

it('reads a page of 10,000 waiting messages, not all of them', async () => {
  await test.database.execute("UPDATE openeg_chat_outbox SET state = 'waiting' WHERE state = 'sent'");
  await test.database.execute(
    `INSERT INTO openeg_chat_outbox (request_id, kind, sk_id, thread_key, state, created_at)
     SELECT CONCAT(request_id, n), kind, sk_id, thread_key, state, created_at FROM openeg_chat_outbox
     JOIN (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6) numbers`,
  );
  await test.database.execute('ANALYZE TABLE openeg_chat_outbox');
  const [waiting] = await test.database.query<{ messages: number }>(
    "SELECT COUNT(*) AS messages FROM openeg_chat_outbox WHERE state = 'waiting'",
  );
  expect(waiting!.messages).toBeGreaterThan(10_000);
  const rowsRead = await test.database.withLock('status', { waitMs: 0 }, async (session) => {
    await session.execute('FLUSH STATUS');
    expect(await listOutboxHeads(session)).toHaveLength(20);
    await listOverdueOperatorsMessages(session, 30);
    await hasWaitingMessages(session);
    const rows = await session.query<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
  });
  expect(rowsRead).toBeLessThan(500);
});
