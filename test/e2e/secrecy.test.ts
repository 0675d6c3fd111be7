import { Client, Connection } from '@temporalio/client';
import { startSystem, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

/* Marked values go in wherever secrets and people are; then everything that leaves the service is searched for the mark. */

const MARK = 'MARKED';
const DATE = '2025-01-20';

let system: System;

beforeAll(async () => {
  system = await startSystem({
    simulator: {
      size: { students: 4 },
      webhookKey: `${MARK}-webhook-key`,
      webhookToken: `${MARK}-webhook-token`,
      knobs: {
        lms: {
          faults: [
            { fault: 'status', status: 500, probability: 0.05 },
            { fault: 'cut-body', probability: 0.05 },
            { fault: 'html-page', probability: 0.05 },
            { fault: 'revoke-token', probability: 0.05 },
            { fault: 'wrong-field', field: 'title', operations: ['listTasks'], cohorts: ['SK002'] },
          ],
        },
        chat: {
          faults: [
            { fault: 'status', status: 400, containing: `${MARK}-refused` },
            { fault: 'reset', probability: 0.1 },
            { fault: 'status', status: 503, probability: 0.1 },
          ],
        },
        statistics: { faults: [{ fault: 'status', status: 500 }] },
      },
    },
    environment: { OPENEG_SLEEP_TIME: '2', OPENEG_LOG_LEVEL: 'debug' },
  });
  for (const skId of ['SK001', 'SK002', 'SK003']) {
    system.simulator.addCohort({ skId, password: `${MARK}-password-${skId}` });
    system.simulator.changeRows({ skId, list: 'students', changes: { name: `${MARK}-이름` } });
    for (const kind of ['plain', 'refused']) {
      system.simulator.addInquiry(skId, {
        title: `${MARK}-${kind} 제목`,
        content: `${MARK} 내용`,
        studentName: `${MARK}-학생`,
      });
    }
  }
  expect((await system.openeg('migrate')).code).toBe(0);
  await system.importCohorts();
  system.simulator.setPassword('SK003', `${MARK}-other-password`);
});

afterAll(() => system?.stop());

it('lets no secret and no person out', async () => {
  const worker = await system.startWorker();
  const server = await system.startServer();
  expect((await system.openeg('start')).code).toBe(0);
  // To its end: what is stored is searched too. Two cohorts have something that can not be collected.
  expect((await system.openeg('collect', '--date', DATE)).code).toBe(1);
  await waitUntil(() => system.simulator.chatMessages('space-SK001').length >= 1, {
    deadlineMs: 120_000,
    what: 'alerts arrive',
  });
  await waitUntil(
    async () => {
      const [row] = await system.database.query<{ waiting: number }>(
        `SELECT COUNT(*) AS waiting FROM openeg_chat_outbox WHERE state = 'waiting' AND kind = 'inquiry'`,
      );
      return Number(row?.waiting) === 0;
    },
    { deadlineMs: 180_000, what: 'each alert was taken or refused for good' },
  );
  for (const command of [
    ['status'],
    ['status', '--json'],
    ['doctor'],
    ['cohorts', 'list'],
    ['statistics', '--date', DATE],
  ]) {
    await system.openeg(...command);
  }
  const metrics = await Promise.all(
    [worker.metricsUrl, server.url].map(async (url) => (await fetch(`${url}/metrics`)).text()),
  );
  const histories = await allHistories();
  const tables = await operatorsTables();
  await Promise.all([worker.stop(), server.stop()]);

  expect(histories.length).toBeGreaterThan(5);
  for (const [place, text] of Object.entries({
    histories: histories.join('\n'),
    metrics: metrics.join('\n'),
    logs: system.output().join('\n'),
    tables,
  })) {
    const found = new RegExp(`.{0,80}${MARK}.{0,80}`, 's').exec(text)?.[0];
    expect({ place, found }).toEqual({ place, found: undefined });
  }
  // The mark was really there to be leaked.
  expect(
    system.simulator
      .chatMessages('space-SK001')
      .map((message) => message.shown.join())
      .join(),
  ).toContain(MARK);
  const [row] = await system.database.query<{ student_name: string }>(
    'SELECT student_name FROM openeg_vod_logs LIMIT 1',
  );
  expect(row?.student_name).toContain(MARK);
}, 420_000);

/** Every history in the namespace, each as one text with all its payloads decoded. */
async function allHistories(): Promise<string[]> {
  const connection = await Connection.connect({ address: system.temporal.address });
  try {
    const client = new Client({ connection });
    const histories: string[] = [];
    for await (const execution of client.workflow.list()) {
      const handle = client.workflow.getHandle(execution.workflowId, execution.runId);
      histories.push(execution.workflowId, textOf(await handle.fetchHistory()), textOf(execution.raw));
    }
    return histories;
  } finally {
    await connection.close();
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Uint8Array) return Buffer.from(part).toString('utf8');
    // Buffers come here as what their toJSON answers.
    const plain = part as { type?: unknown; data?: unknown } | null;
    if (plain?.type === 'Buffer' && Array.isArray(plain.data)) return Buffer.from(plain.data).toString('utf8');
    return typeof part === 'bigint' ? part.toString() : part;
  });
}

/** Tables about failures and messages. An alert's content is erased once Chat took it; a message that is put aside keeps it. */
async function operatorsTables(): Promise<string> {
  const rows = await Promise.all(
    [
      'openeg_chat_outbox',
      'openeg_collection_runs',
      'openeg_gather_town_info',
      'openeg_incidents',
      'openeg_inquiry_checks',
      'openeg_lms_accounts',
      'openeg_service_state',
      'openeg_statistics_triggers',
    ].map((table) => system.database.query(`SELECT * FROM ${table}`)),
  );
  const isContentOfAside = (row: object, key: string) => key === 'content' && 'state' in row && row.state === 'aside';
  return JSON.stringify(rows, function (this: object, key: string, value: unknown) {
    return isContentOfAside(this, key) ? null : value;
  });
}
