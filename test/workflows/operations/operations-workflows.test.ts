import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import type { OperationsCoreActivities } from '../../../src/activities/operations/operations-core-activities';
import type { OperationsLmsActivities } from '../../../src/activities/operations/operations-lms-activities';
import { CORE_TASK_QUEUE } from '../../../src/workflows/contract';
import { applySchedule } from '../../../src/workflows/operations/apply-schedule';
import { checkLms } from '../../../src/workflows/operations/check-lms';
import { timeSkippingEnvironment } from '../../support/temporal';
import { withWorkflowWorkers, workflowBundle } from '../../support/workflow-workers';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await timeSkippingEnvironment();
});
afterAll(() => environment?.teardown());

const schedule: OperationsCoreActivities = {
  applyWorkersSchedule: async () => ({ created: false, collectionTime: '03:15' }),
};
const idle: OperationsLmsActivities = { checkLmsAccounts: async () => ({ cohorts: [] }) };
const execute = <Result>(workflow: () => Promise<Result>) =>
  environment.client.workflow.execute(workflow, {
    workflowId: `test-${workflow.name}-${Math.random()}`,
    taskQueue: CORE_TASK_QUEUE,
  });

describe('applySchedule', () => {
  it('returns the applied Schedule, also after a failed try', async () => {
    let tries = 0;
    const core: OperationsCoreActivities = {
      async applyWorkersSchedule() {
        tries += 1;
        if (tries === 1) throw ApplicationFailure.retryable('Away.', 'TEMPORAL_UNAVAILABLE');
        return schedule.applyWorkersSchedule();
      },
    };
    const result = await withWorkflowWorkers(environment.nativeConnection, { core, lms: idle }, () =>
      execute(applySchedule),
    );
    expect(result).toEqual({ created: false, collectionTime: '03:15' });
    expect(tries).toBe(2);
  });
});

describe('checkLms', () => {
  it('returns the answer for each account', async () => {
    const cohorts = [
      { skId: 'SK001', ok: true },
      { skId: 'SK002', ok: false, code: 'LMS_ACCOUNT_REFUSED', message: 'The LMS refused the log-in.' },
    ];
    const lms: OperationsLmsActivities = { checkLmsAccounts: async () => ({ cohorts }) };
    const result = await withWorkflowWorkers(environment.nativeConnection, { core: schedule, lms }, () =>
      execute(checkLms),
    );
    expect(result).toEqual({ cohorts });
  });

  it('returns null when no worker talks to the LMS', async () => {
    const core = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: CORE_TASK_QUEUE,
      workflowBundle: await workflowBundle(),
      activities: schedule,
    });
    expect(await core.runUntil(execute(checkLms))).toEqual({ cohorts: null });
  });

  it('fails when the worker could not ask', async () => {
    const lms: OperationsLmsActivities = {
      checkLmsAccounts: () => Promise.reject(ApplicationFailure.nonRetryable('Refused.', 'DATABASE_REJECTED')),
    };
    const asking = withWorkflowWorkers(environment.nativeConnection, { core: schedule, lms }, () => execute(checkLms));
    const failure: unknown = await asking.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    expect((failure as WorkflowFailedError).cause).toMatchObject({ cause: { type: 'DATABASE_REJECTED' } });
  });
});
