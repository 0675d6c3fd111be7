import { readServiceState } from '../../src/adapters/database/operations/service-state';
import { addDays, learningDateOf } from '../../src/domain/shared/learning-date';
import { startSystem, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

/* What an operator does with nothing but Temporal's own CLI and `openeg`. */

let system: System;

beforeAll(async () => {
  system = await startSystem({ simulator: { cohorts: 2, size: { students: 5 } } });
  expect((await system.openeg('migrate')).code).toBe(0);
  await system.importCohorts();
  await system.startWorker();
  expect((await system.openeg('start')).code).toBe(0);
});

afterAll(() => system?.stop());

const temporal = (...parameters: string[]) => system.temporalCli(...parameters);

async function storedRuns(date: string): Promise<number> {
  const [row] = await system.database.query<{ stored: number }>(
    `SELECT COUNT(*) AS stored FROM openeg_collection_runs WHERE collection_date = ? AND status = 'stored'`,
    [date],
  );
  return Number(row?.stored);
}

function allStored(date: string): Promise<boolean> {
  return waitUntil(async () => (await storedRuns(date)) === 8, { deadlineMs: 120_000, what: `${date} is stored` });
}

function signalRerun(input: string): Promise<string> {
  return temporal(
    ...['workflow', 'signal', '--workflow-id', 'collection-reruns', '--name', 'rerunDate', '--input', input],
  );
}

it('re-runs a date by a signal', async () => {
  await signalRerun('{"date":"2025-01-20"}');
  await allStored('2025-01-20');
});

it.each([
  ['{"date":"2025-02-30"}', 'date'],
  ['{"dat":"2025-01-20"}', 'date'],
  ['"2025-01-20"', 'object'],
  ['{"date":"2999-01-01"}', '2999'],
])(
  'shows a malformed re-run %s in status, and goes on',
  async (input) => {
    const rejectedBefore = await rejectedCount();
    await signalRerun(input);
    await waitUntil(async () => (await rejectedCount()) === rejectedBefore + 1, {
      deadlineMs: 60_000,
      what: 'the rejected request is counted',
    });
    const description = await temporal(
      'workflow',
      'describe',
      '--workflow-id',
      'collection-reruns',
      '--output',
      'json',
    );
    expect(JSON.parse(description).workflowExecutionInfo.status).toBe('WORKFLOW_EXECUTION_STATUS_RUNNING');
  },
  300_000,
);

it('still re-runs dates after malformed requests', async () => {
  await signalRerun('{"date":"2025-01-21","skIds":["SK001"],"dataTypes":["vod"]}');
  await waitUntil(async () => (await storedRuns('2025-01-21')) === 1, { deadlineMs: 120_000, what: 'it is stored' });
});

async function rejectedCount(): Promise<number> {
  const { stdout } = await system.openeg('status', '--json');
  return (JSON.parse(stdout) as { reruns: { rejected: unknown[] } }).reruns.rejected.length;
}

it('collects the right dates when the Schedule is backfilled', async () => {
  // 02:00 in Seoul is 17:00 UTC of the day before; each night collects the day before its own date.
  await temporal(
    ...['schedule', 'backfill', '--schedule-id', 'nightly-collection', '--overlap-policy', 'BufferAll'],
    ...['--start-time', '2025-03-09T12:00:00Z', '--end-time', '2025-03-12T12:00:00Z'],
  );
  for (const date of ['2025-03-09', '2025-03-10', '2025-03-11']) await allStored(date);
  const rows = await system.database.query<{ collection_date: string }>(
    `SELECT DISTINCT collection_date FROM openeg_collection_runs WHERE collection_date BETWEEN '2025-03-01' AND '2025-03-31'
     ORDER BY collection_date`,
  );
  expect(rows.map((row) => row.collection_date)).toEqual(['2025-03-09', '2025-03-10', '2025-03-11']);
}, 300_000);

it('pauses, checks now and resumes', async () => {
  const signal = (name: string) => temporal('workflow', 'signal', '--workflow-id', 'inquiry-monitor', '--name', name);
  const monitor = async () => {
    const { stdout } = await system.openeg('status', '--json');
    return (JSON.parse(stdout) as { monitor: { state: string } }).monitor;
  };
  await signal('pause');
  await waitUntil(async () => (await monitor()).state === 'paused', { deadlineMs: 60_000, what: 'it is paused' });
  expect((await system.openeg('start')).code).toBe(0);
  expect((await readServiceState(system.database)).monitor?.state).toBe('paused');
  system.simulator.addInquiry('SK001', { title: '일시 정지 중의 질문' });
  await signal('checkNow');
  await waitUntil(() => system.simulator.chatMessages('space-SK001').length === 1, {
    deadlineMs: 60_000,
    what: 'the question is in Chat',
  });
  await signal('resume');
  await waitUntil(async () => (await monitor()).state !== 'paused', { deadlineMs: 60_000, what: 'it goes on' });
});

it('starts twice without doing anything new, and stops', async () => {
  const again = await system.openeg('start');
  expect(again.code).toBe(0);
  const running = JSON.parse(
    await temporal('workflow', 'list', '--query', 'ExecutionStatus="Running"', '--output', 'json'),
  ) as { execution: { workflowId: string } }[];
  const ids = running.map((entry) => entry.execution.workflowId);
  expect(ids.filter((id) => id === 'inquiry-monitor')).toHaveLength(1);
  expect(ids.filter((id) => id === 'collection-reruns')).toHaveLength(1);

  expect((await system.openeg('stop')).code).toBe(0);
  const { schedule } = (await temporal(
    ...['schedule', 'describe', '--schedule-id', 'nightly-collection', '--output', 'json'],
  ).then(JSON.parse)) as { schedule: { state: { paused?: boolean } } };
  expect(schedule.state.paused).toBe(true);
});

it('makes up for nights that were missed while everything was down', async () => {
  expect((await system.openeg('start')).code).toBe(0);
  // A night takes a day; for this test a "night" begins every ten seconds, with the Schedule's own policies.
  await temporal(
    ...['schedule', 'update', '--schedule-id', 'nightly-collection', '--interval', '10s'],
    ...['--overlap-policy', 'BufferAll', '--catchup-window', '168h', '--type', 'nightlyCollection'],
    ...['--workflow-id', 'nightly-collection', '--task-queue', 'openeg-core', '--input', '{}'],
  );
  await nominalStarts((starts) => starts.length > 0, 'the first night began');
  await system.temporal.kill();
  const downUntil = Date.now() + 35_000;
  await waitUntil(() => Date.now() >= downUntil, { deadlineMs: 60_000, what: 'three nights have passed' });
  await system.temporal.restart();
  // None left out: each begins ten seconds after the one before. The list may show a later one first.
  await nominalStarts(
    (all) =>
      all.filter((start) => start < downUntil).length >= 4 &&
      all.some((start) => start >= downUntil) &&
      all.slice(1).every((start, index) => start === all[index]! + 10_000),
    'the missed nights were made up for, every ten seconds',
  );
  const yesterday = addDays(learningDateOf(new Date()), -1);
  await allStored(yesterday);
  expect((await system.openeg('stop')).code).toBe(0);
}, 600_000);

/** Waits until the nominal start times of all nightly workflows of the last minutes, in order, fulfil the condition. */
async function nominalStarts(fulfilled: (starts: number[]) => boolean, what: string): Promise<void> {
  const query = 'WorkflowType="nightlyCollection" AND TemporalScheduledById="nightly-collection"';
  await waitUntil(
    async () => {
      const listed = JSON.parse(
        await temporal('workflow', 'list', '--query', query, '--limit', '100', '--output', 'json'),
      ) as {
        execution: { workflowId: string };
      }[];
      // A scheduled run's id ends with its nominal time.
      const starts = listed
        .map((entry) => Date.parse(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.exec(entry.execution.workflowId)?.[0] ?? ''))
        .filter((start) => start > Date.parse('2026-01-01'))
        .sort((one, other) => one - other);
      return fulfilled(starts);
    },
    { deadlineMs: 180_000, what },
  );
}
