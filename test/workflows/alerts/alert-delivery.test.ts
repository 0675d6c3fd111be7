import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { AlertActivities } from '../../../src/activities/alerts/alert-activities';
import { ALERT_DELIVERY_ID, CORE_TASK_QUEUE, deliverSignal } from '../../../src/workflows/contract';
import { timeSkippingEnvironment } from '../../support/temporal';
import { withWorkflowWorkers, workflowBundle } from '../../support/workflow-workers';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  [environment] = await Promise.all([timeSkippingEnvironment(), workflowBundle()]);
});
afterAll(() => environment?.teardown());

const wake = () =>
  environment.client.workflow.signalWithStart('alertDelivery', {
    workflowId: ALERT_DELIVERY_ID,
    taskQueue: CORE_TASK_QUEUE,
    signal: deliverSignal,
    signalArgs: [],
  });

async function withDelivery(deliverAlerts: AlertActivities['deliverAlerts'], work: () => Promise<void>): Promise<void> {
  await withWorkflowWorkers(environment.nativeConnection, { core: { deliverAlerts } }, work);
}

describe('alertDelivery', () => {
  it('ends when nothing waits, and starts again when it is woken', async () => {
    let calls = 0;
    const deliver = async () => {
      calls += 1;
      return { sent: 1, waiting: false };
    };
    await withDelivery(deliver, async () => {
      await (await wake()).result();
      expect(calls).toBe(1);
      await (await wake()).result();
      expect(calls).toBe(2);
    });
  });

  it('goes on while messages wait', async () => {
    let calls = 0;
    const deliver = async () => {
      calls += 1;
      return { sent: 1, waiting: calls < 4 };
    };
    await withDelivery(deliver, async () => {
      await (await wake()).result();
      expect(calls).toBe(4);
    });
  });

  it('reads the outbox again when it was woken after its last read', async () => {
    const waiting = new Set(['first']);
    const sent: string[] = [];
    const deliver = async () => {
      sent.push(...waiting);
      waiting.clear();
      if (sent.length === 1) {
        // A message that is stored just after the last read of the outbox.
        waiting.add('second');
        await wake();
      }
      return { sent: 1, waiting: false };
    };
    await withDelivery(deliver, async () => {
      await (await wake()).result();
      expect(sent).toEqual(['first', 'second']);
    });
  });

  it('waits for a database that is away', async () => {
    let calls = 0;
    const deliver = async () => {
      calls += 1;
      if (calls < 20) throw ApplicationFailure.create({ type: 'DATABASE_UNAVAILABLE', message: 'away' });
      return { sent: 1, waiting: false };
    };
    await withDelivery(deliver, async () => {
      await (await wake()).result();
      expect(calls).toBe(20);
    });
  });
});
