import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { CORE_TASK_QUEUE, monitorStatusQuery } from '../../../src/workflows/contract';
import { timeSkippingEnvironment } from '../../support/temporal';
import { waitUntil } from '../../support/wait-until';
import { withWorkflowWorkers, workflowBundle } from '../../support/workflow-workers';

const HOUR_MS = 60 * 60_000;
const DEADLINE = { deadlineMs: 200_000 };
let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  [environment] = await Promise.all([timeSkippingEnvironment(), workflowBundle()]);
});
afterAll(() => environment?.teardown());

it("the monitor checks at once when Temporal's clock was set back, and goes on from there", async () => {
  const startedAtMs: number[] = [];
  const core = {
    planTick: async () => ({ intervalMs: HOUR_MS, batches: [] }),
    recordTick: async ({ startedAt }: { startedAt: string }) => void startedAtMs.push(Date.parse(startedAt)),
    recordMonitorState: async () => {},
  };
  const lms = { checkInquiries: async () => ({ checked: 0, found: [], failures: [] }) };
  const lastTick = {
    ...{ startedAt: '2025-01-21T00:00:00Z', endedAt: '2025-01-21T00:00:01Z', intervalMs: HOUR_MS },
    ...{ cohorts: 2, newInquiries: 0, lateInquiries: 0, found: [], failedCohorts: 0, failures: [], tickFailure: null },
  };
  const dueAtMs = (await environment.currentTimeMs()) + 1_000 * HOUR_MS;
  await withWorkflowWorkers(environment.nativeConnection, { core, lms }, async () => {
    const monitor = await environment.client.workflow.start('inquiryMonitor', {
      workflowId: 'monitor',
      taskQueue: CORE_TASK_QUEUE,
      args: [{ recorded: 'running', dueAtMs, lastTick }],
    });
    await waitUntil(() => startedAtMs.length > 0, { ...DEADLINE, what: 'the first tick' });
    await environment.sleep(3 * HOUR_MS);
    await waitUntil(() => startedAtMs.length > 2, { ...DEADLINE, what: 'more ticks' });
    expect((await monitor.query(monitorStatusQuery)).skippedTicks).toBe(0);
    expect(startedAtMs[0]).toBeLessThan(dueAtMs - 900 * HOUR_MS);
    await monitor.terminate('the test is over');
  });
});
