import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type {
  CompletionLmsActivities,
  ReportCompletionInput,
  ReportCompletionResult,
} from '../../../src/activities/completion/completion-lms-activities';
import { completionReport } from '../../../src/workflows';
import { completionReportId, CORE_TASK_QUEUE } from '../../../src/workflows/contract';
import { timeSkippingEnvironment } from '../../support/temporal';
import { withWorkflowWorkers } from '../../support/workflow-workers';

const MINUTE_MS = 60_000;

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await timeSkippingEnvironment();
});
afterAll(() => environment?.teardown());

/** Runs one report. Its tries take the answers in turn; an error is thrown. Returns each try's input and time. */
async function run(completionId: string, answer: (tries: number) => ReportCompletionResult | Error) {
  const asked: (ReportCompletionInput & { atMs: number })[] = [];
  const lms: CompletionLmsActivities = {
    async reportCompletion(input) {
      asked.push({ ...input, atMs: await environment.currentTimeMs() });
      const result = answer(asked.length);
      if (result instanceof Error) throw result;
      return result;
    },
  };
  const handle = await environment.client.workflow.start(completionReport, {
    taskQueue: CORE_TASK_QUEUE,
    workflowId: completionReportId(completionId),
    args: [{ completionId }],
  });
  const result = await withWorkflowWorkers(environment.nativeConnection, { core: {}, lms }, () => handle.result());
  return { result, asked, handle };
}

const unknown: ReportCompletionResult = { outcome: 'waiting', code: 'COHORT_UNKNOWN', message: 'No cohort SK9.' };
const held: ReportCompletionResult = { outcome: 'waiting', code: 'LMS_ACCOUNT_HELD', message: 'Left alone.' };
const reported: ReportCompletionResult = { outcome: 'reported' };

it('reports a completion once', async () => {
  const { result, asked } = await run('once', () => reported);
  expect(result).toEqual({ outcome: 'reported' });
  expect(asked).toMatchObject([{ completionId: 'once' }]);
});

it('ends when the completion is gone', async () => {
  expect((await run('gone', () => ({ outcome: 'gone' }))).result).toEqual({ outcome: 'gone' });
});

it('tries through a long outage, at most two minutes apart', async () => {
  const outage = 60;
  const { result, asked, handle } = await run('outage', (tries) => (tries < outage ? new Error('away') : reported));
  expect(result).toEqual({ outcome: 'reported' });
  expect(asked).toHaveLength(outage);
  const last = asked.at(-1)!.atMs - asked.at(-2)!.atMs;
  expect(last).toBeLessThanOrEqual(3 * MINUTE_MS);
  const { events } = await handle.fetchHistory();
  expect(events?.length).toBeLessThan(20);
});

it('waits ten to twenty minutes between two tries while a person is needed', async () => {
  const { asked } = await run('waiting', (tries) => (tries <= 2 ? unknown : tries === 3 ? held : reported));
  expect(asked).toHaveLength(4);
  for (const [index, { atMs }] of asked.entries()) {
    if (index === 0) continue;
    const waitedMs = atMs - asked[index - 1]!.atMs;
    expect(waitedMs).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    expect(waitedMs).toBeLessThanOrEqual(21 * MINUTE_MS);
  }
});

it('waits for days with bounded histories', async () => {
  const tries = 250;
  const { result, asked } = await run('days', (count) => (count < tries ? unknown : reported));
  expect(result).toEqual({ outcome: 'reported' });
  expect(asked).toHaveLength(tries);
  const runs = environment.client.workflow.getHandle(completionReportId('days'));
  const { historyLength } = await runs.describe();
  expect(historyLength).toBeLessThan(1_500);
});
