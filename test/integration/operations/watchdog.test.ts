import { sendOutboxMessage } from '../../../src/activities/alerts/send-outbox-message';
import { createChatClient } from '../../../src/adapters/chat/chat-client';
import { openDatabase } from '../../../src/adapters/database/core/database';
import { listOpenIncidents } from '../../../src/adapters/database/operations/incidents';
import { recordMonitorState, recordServiceWanted } from '../../../src/adapters/database/operations/service-state';
import { createLogger } from '../../../src/adapters/logger';
import { createMetrics } from '../../../src/adapters/metrics';
import { runWatchdog, updateIncidents } from '../../../src/monitoring/watchdog';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import {
  ageService,
  dueNightDate,
  importTwoCohorts,
  insertRun,
  insertTick,
  recordServiceStarted,
  NIGHT_PLAN,
} from '../../support/service-rows';
import { startSimulator, type Simulator } from '../../support/simulator';
import { waitUntil } from '../../support/wait-until';

const plan = NIGHT_PLAN;
let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
  await importTwoCohorts(test.database);
});
afterEach(() => test?.drop());

const execute = (sql: string, parameters: string[] = []) => test.database.execute(sql, parameters);
const open = async () => (await listOpenIncidents(test.database)).map(({ key }) => key);
const told = async () => {
  const rows = await test.database.query<{ content: string }>(
    "SELECT content FROM openeg_chat_outbox WHERE kind = 'operations' ORDER BY id",
  );
  return rows.map((row) => (JSON.parse(row.content) as { rich: { text: string } }).rich.text);
};
const watch = () => updateIncidents(test.database, plan);
const longAgo = () => ageService(test.database);
const store = (skId: string, dataType: string, error?: string) => insertRun(test.database, skId, dataType, error);
const tick = () => insertTick(test.database);

describe('the watchdog', () => {
  it('finds nothing for a service that was never started', async () => {
    await execute('UPDATE openeg_gather_town_info SET imported_at = UTC_TIMESTAMP(3) - INTERVAL 7 DAY');
    await watch();
    expect(await open()).toEqual([]);
  });

  it('sends one message when no tick ends, and one when a tick ended', async () => {
    await recordServiceStarted(test.database);
    await watch();
    expect(await open()).toEqual([]);
    await execute('UPDATE openeg_service_state SET updated_at = UTC_TIMESTAMP(3) - INTERVAL 4 MINUTE');
    await watch();
    await watch();
    expect(await open()).toEqual(['monitor-silent']);
    await tick();
    await watch();
    await watch();
    expect(await open()).toEqual([]);
    const messages = await told();
    expect(messages).toHaveLength(2);
    expect(messages[0]).toContain('문의 확인이 4분째');
    expect(messages[1]).toContain('해결됨');
  });

  it('finds nothing during a pause', async () => {
    await recordServiceStarted(test.database);
    await recordMonitorState(test.database, 'paused');
    await longAgo();
    for (const skId of ['SK001', 'SK002']) for (const dataType of ['vod', 'pbl']) await store(skId, dataType);
    await watch();
    expect(await open()).toEqual([]);
  });

  it('names the night that is not stored and the reason, until all of it is stored', async () => {
    await recordServiceStarted(test.database);
    await tick();
    await longAgo();
    await store('SK001', 'vod');
    await store('SK001', 'pbl');
    await store('SK002', 'vod');
    await store('SK002', 'pbl', 'LMS_BAD_PAGE: items.0.title');
    await watch();
    expect(await open()).toEqual([`night-missing/${dueNightDate()}`]);
    expect((await told())[0]).toContain('LMS_BAD_PAGE: items.0.title');
    expect((await told())[0]).toContain(': SK002');
    await store('SK002', 'pbl');
    await watch();
    expect(await open()).toEqual([]);
  });

  it('expects no night of a cohort that came after it, nor of a service that started after it', async () => {
    await recordServiceStarted(test.database);
    await tick();
    await watch();
    expect(await open()).toEqual([]);
    await execute(
      "UPDATE openeg_service_state SET updated_at = UTC_TIMESTAMP(3) - INTERVAL 7 DAY WHERE name <> 'last_tick'",
    );
    await watch();
    expect(await open()).toEqual([]);
  });

  it('follows failing cohorts, refused accounts, late alerts and late completions from start to end', async () => {
    await execute(
      `UPDATE openeg_inquiry_checks SET failing_since = UTC_TIMESTAMP(3) - INTERVAL 16 MINUTE, failure_code = 'LMS_BAD_PAGE',
         failure_message = 'listInquiries: items.0.title is missing' WHERE sk_id = 'SK001'`,
    );
    await execute(
      `INSERT INTO openeg_lms_accounts (login_id, held_until, held_reason)
       VALUES ('login-SK002', UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE, 'wrong password')`,
    );
    await execute(
      `INSERT INTO openeg_chat_outbox (request_id, kind, sk_id, thread_key, content, created_at)
       VALUES ('r', 'inquiry', 'SK001', 't', '{}', UTC_TIMESTAMP(3) - INTERVAL 3 MINUTE)`,
    );
    await execute(
      `INSERT INTO openeg_video_completions (completion_id, member_no, edu_no, chasi_no, project_no, progress_rate, completed_at)
       VALUES ('c1', 'm', 'e', 'l', 'SK001', 0.9, UTC_TIMESTAMP(3) - INTERVAL 20 MINUTE),
              ('c2', 'm', 'e', 'l2', 'UNKNOWN', 0.9, UTC_TIMESTAMP(3) - INTERVAL 20 MINUTE)`,
    );
    await watch();
    expect([...(await open())].sort()).toEqual([
      'account-held/login-SK002',
      'alerts-late',
      'cohort-failing/SK001',
      'cohorts-unknown',
      'completions-late',
    ]);
    expect((await told()).join('\n')).not.toContain('login-SK002');

    await execute('UPDATE openeg_inquiry_checks SET failing_since = NULL');
    await execute('UPDATE openeg_lms_accounts SET held_until = NULL');
    await execute("UPDATE openeg_chat_outbox SET state = 'sent' WHERE request_id = 'r'");
    await execute('UPDATE openeg_video_completions SET reported_at = UTC_TIMESTAMP(3)');
    await watch();
    expect(await open()).toEqual([]);
    expect(await told()).toHaveLength(10);
  });

  it('tells how far a night is while it goes on, and that it is missing when its passes are over', async () => {
    await recordServiceStarted(test.database);
    await tick();
    await longAgo();
    await store('SK001', 'vod');
    await store('SK001', 'pbl');
    await store('SK002', 'vod', 'LMS_UNAVAILABLE: away');
    await execute('UPDATE openeg_collection_runs SET finished_at = UTC_TIMESTAMP(3)');
    await watch();
    expect(await open()).toEqual([`night-unfinished/${dueNightDate()}`]);
    expect((await told())[0]).toContain('기수 2개 가운데 1개');
    await execute('UPDATE openeg_collection_runs SET finished_at = UTC_TIMESTAMP(3) - INTERVAL 36 MINUTE');
    await watch();
    expect(await open()).toEqual([`night-missing/${dueNightDate()}`]);
    expect(await told()).toHaveLength(2);
    await store('SK002', 'vod');
    await store('SK002', 'pbl');
    await watch();
    expect(await open()).toEqual([]);
    expect(await told()).toHaveLength(3);
  });

  it('expects the night during and after which the service was stopped for a while', async () => {
    await recordServiceStarted(test.database);
    await longAgo();
    await recordServiceWanted(test.database, false);
    await recordMonitorState(test.database, 'stopped');
    await watch();
    expect(await open()).toEqual([]);
    await recordServiceStarted(test.database);
    await watch();
    expect(await open()).toEqual([]);
    await execute(
      "UPDATE openeg_service_state SET updated_at = updated_at - INTERVAL 61 MINUTE WHERE name = 'service_wanted'",
    );
    await tick();
    await watch();
    expect(await open()).toEqual([`night-missing/${dueNightDate()}`]);
  });

  it('follows a night for a week, tells once more of it, and gives it up', async () => {
    await execute(
      `INSERT INTO openeg_incidents (incident_key, is_open, summary, opened_at)
       VALUES ('night-missing/2025-01-20', 1, 'missing', '2025-01-21')`,
    );
    await execute("UPDATE openeg_gather_town_info SET imported_at = '2025-01-01'");
    await watch();
    await watch();
    expect(await open()).toEqual([]);
    expect(await told()).toEqual([expect.stringMatching(/2025-01-20.*일주일/)]);
  });

  it('sends one message when two processes find the same trouble at once', async () => {
    const other = openDatabase(test.options);
    try {
      await recordServiceStarted(test.database);
      await execute('UPDATE openeg_service_state SET updated_at = UTC_TIMESTAMP(3) - INTERVAL 4 MINUTE');
      await Promise.all([watch(), updateIncidents(other, plan), watch(), updateIncidents(other, plan)]);
      expect(await told()).toHaveLength(1);
    } finally {
      await other.close();
    }
  });
});

describe('the running watchdog', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator?.close());

  beforeEach(async () => {
    await recordServiceStarted(test.database);
    await execute('UPDATE openeg_service_state SET updated_at = UTC_TIMESTAMP(3) - INTERVAL 4 MINUTE');
    await watch();
    await execute('UPDATE openeg_chat_outbox SET created_at = UTC_TIMESTAMP(3) - INTERVAL 3 MINUTE');
  });

  /** Runs the watchdog until it has woken the delivery and `seen` has resolved. */
  const runUntil = async (space: string, wake: () => Promise<void>, seen: () => Promise<unknown>) => {
    const stop = new AbortController();
    const chat = createChatClient();
    const logger = createLogger('silent');
    let wakes = 0;
    const running = runWatchdog({
      database: test.database,
      logger,
      plan,
      postOperatorsMessage: async (id, until) => {
        const dependencies = { database: test.database, chat, metrics: createMetrics(), logger };
        const { outcome } = await sendOutboxMessage(dependencies, id, simulator.chatUrl(space), { signal: until });
        return outcome.kind === 'sent';
      },
      wakeDelivery: () => {
        wakes += 1;
        return wake();
      },
      readScheduleState: () => Promise.resolve('scheduled' as const),
      until: stop.signal,
    });
    await waitUntil(() => wakes > 0, { deadlineMs: 60_000, what: 'delivery to be woken' });
    await seen();
    stop.abort();
    await running;
    await chat.close();
  };

  it("posts the operators' messages itself while Temporal is away", async () => {
    const away = () => Promise.reject(new Error('Temporal is away'));
    await runUntil('operators', away, () =>
      waitUntil(() => simulator.chatMessages('operators').length === 1, {
        deadlineMs: 60_000,
        what: 'the message',
      }),
    );
    expect(simulator.chatMessages('operators')[0]?.body.text).toContain('문의 확인이');
  });

  it('posts them when a delivery could be woken too, but not before two minutes', async () => {
    const post = () => Promise.resolve();
    const roundIsOver = () => test.database.withLock('openeg-watchdog', { waitMs: 60_000 }, () => Promise.resolve());
    await execute('UPDATE openeg_chat_outbox SET created_at = UTC_TIMESTAMP(3) - INTERVAL 90 SECOND');
    await runUntil('busy', post, roundIsOver);
    expect(simulator.chatMessages('busy')).toEqual([]);
    await execute('UPDATE openeg_chat_outbox SET created_at = UTC_TIMESTAMP(3) - INTERVAL 121 SECOND');
    await runUntil('busy', post, () =>
      waitUntil(() => simulator.chatMessages('busy').length === 1, { deadlineMs: 60_000, what: 'the message' }),
    );
  });
});
