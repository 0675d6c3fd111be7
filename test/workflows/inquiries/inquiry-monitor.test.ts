import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, type Duration } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { InquiryCoreActivities } from '../../../src/activities/inquiries/inquiry-core-activities';
import type { InquiryLmsActivities } from '../../../src/activities/inquiries/inquiry-lms-activities';
import type { RecordTickInput } from '../../../src/activities/inquiries/inquiry-inputs';
import {
  CORE_TASK_QUEUE,
  checkNowSignal,
  monitorStatusQuery,
  pauseSignal,
  resumeSignal,
} from '../../../src/workflows/contract';
import { signalUnreadable } from '../signal-unreadable';
import { timeSkippingEnvironment } from '../../support/temporal';
import { waitUntil } from '../../support/wait-until';
import { withWorkflowWorkers, workflowBundle } from '../../support/workflow-workers';

type Monitor = Awaited<ReturnType<typeof startMonitor>>;

const HOUR_MS = 60 * 60_000;
const DEADLINE = { deadlineMs: 200_000 };
jest.setTimeout(300_000);
let environment: TestWorkflowEnvironment;
let started = 0;
beforeAll(async () => {
  [environment] = await Promise.all([timeSkippingEnvironment(), workflowBundle()]);
});
afterAll(() => environment?.teardown());

const skIds = (count: number) => Array.from({ length: count }, (_, index) => `SK${String(index).padStart(4, '0')}`);

/** Activities that keep their inputs. Each test replaces the ones that it is about. */
function fakes({
  intervalMs = HOUR_MS,
  batches = [['SK001', 'SK002']],
}: { intervalMs?: number; batches?: string[][] } = {}) {
  const ticks: RecordTickInput[] = [];
  const states: string[] = [];
  const runs = new Map<string, number>();
  const core: InquiryCoreActivities = {
    async planTick() {
      const { runId } = Context.current().info.workflowExecution ?? { runId: '' };
      runs.set(runId, (runs.get(runId) ?? 0) + 1);
      return { intervalMs, batches };
    },
    async recordTick(tick) {
      ticks.push(tick);
    },
    async recordMonitorState({ state }) {
      states.push(state);
    },
  };
  const lms: InquiryLmsActivities = {
    checkInquiries: async ({ skIds: checked }) => ({ checked: checked.length, found: [], failures: [] }),
  };
  return { core, lms, ticks, states, runs };
}

async function startMonitor() {
  const workflowId = `monitor-${++started}`;
  return environment.client.workflow.start('inquiryMonitor', { workflowId, taskQueue: CORE_TASK_QUEUE });
}

async function withMonitor(
  activities: { core: InquiryCoreActivities; lms: InquiryLmsActivities },
  work: (monitor: Monitor) => Promise<void>,
): Promise<void> {
  await withWorkflowWorkers(environment.nativeConnection, activities, async () => {
    const monitor = await startMonitor();
    try {
      await work(monitor);
    } finally {
      await monitor.terminate('the test is over').catch(() => undefined);
    }
  });
}

/** The server's time stands still unless a workflow or test sleeps by it. */
const whileTimePasses = (step: Duration, condition: () => unknown) =>
  waitUntil(
    async () => {
      await environment.sleep(step);
      return condition();
    },
    { ...DEADLINE, what: String(condition) },
  );

const startsOf = (ticks: readonly RecordTickInput[]) => ticks.map(({ startedAt }) => Date.parse(startedAt));
const intervalsOf = (ticks: readonly RecordTickInput[]) =>
  startsOf(ticks)
    .slice(1)
    .map((start, index) => start - (startsOf(ticks)[index] ?? 0));
/** The server's clock moves a little while activities run. */
const nearly = (value: number, unit: number) => Math.round(value / unit) * unit;

describe('inquiryMonitor', () => {
  it('keeps its rate for weeks, with bounded histories', async () => {
    const intervalMs = 2 * HOUR_MS;
    const fake = fakes({ intervalMs });
    await withMonitor(fake, async (monitor) => {
      await whileTimePasses('1 day', () => fake.ticks.length >= 4 * 7 * 12);
      // The last tick may still run: it is recorded before it is counted.
      const status = await waitUntil(
        async () => {
          const asked = await monitor.query(monitorStatusQuery);
          return asked.ticks === fake.ticks.length && asked;
        },
        { ...DEADLINE, what: 'every recorded tick is counted' },
      );
      expect(status).toMatchObject({ skippedTicks: 0, cohorts: 2, failedCohorts: 0, tickFailure: null });
      expect(new Set(intervalsOf(fake.ticks).map((interval) => nearly(interval, 60_000)))).toEqual(
        new Set([intervalMs]),
      );
      // No drift: the last tick is on the grid of the first.
      const [first, last] = [startsOf(fake.ticks)[0] ?? 0, startsOf(fake.ticks).at(-1) ?? 0];
      expect(nearly(last - first, 60_000) % intervalMs).toBe(0);
      expect(fake.runs.size).toBeGreaterThan(1);
      for (const runId of fake.runs.keys()) {
        const history = await environment.client.workflow.getHandle(monitor.workflowId, runId).fetchHistory();
        expect(history.events?.length).toBeLessThan(250 * 25);
      }
      expect(fake.states).toEqual(['running']);
    });
  });

  it('skips the ticks during a long one, and stays on its grid', async () => {
    // Long ticks: on a busy machine the server's clock moves while a task waits, and a margin of 50 % of a tick is left for it.
    const intervalMs = 10_000;
    const fake = fakes({ intervalMs });
    const { planTick } = fake.core;
    let slow = true;
    fake.core.planTick = async () => {
      if (slow) await environment.sleep(2.5 * intervalMs);
      slow = false;
      return planTick();
    };
    await withMonitor(fake, async (monitor) => {
      await whileTimePasses('1 second', () => fake.ticks.length >= 3);
      const [first = 0, ...later] = startsOf(fake.ticks).slice(0, 3);
      // At most 50 % of a tick late and never early: neither right after the long one nor one interval after its end.
      const halves = later.map((start) => Math.floor((start - first) / (intervalMs / 2)));
      expect(halves).toEqual([2 * 3, 2 * 4]);
      expect((await monitor.query(monitorStatusQuery)).skippedTicks).toBe(2);
    });
  });

  it('pauses, checks once on request during the pause, and checks at once after resume', async () => {
    const fake = fakes();
    await withMonitor(fake, async (monitor) => {
      await waitUntil(() => fake.ticks.length === 1, { ...DEADLINE, what: 'the first tick' });
      await monitor.signal(pauseSignal);
      await waitUntil(() => fake.states.includes('paused'), { ...DEADLINE, what: 'the pause' });
      await environment.sleep('1 day');
      expect(fake.ticks).toHaveLength(1);
      expect(await monitor.query(monitorStatusQuery)).toMatchObject({ state: 'paused', nextTickAt: null });

      // The signal counts, although its argument can't be read.
      await signalUnreadable(environment.client, monitor.workflowId, checkNowSignal.name, 'json/plain');
      await waitUntil(() => fake.ticks.length === 2, { ...DEADLINE, what: 'the tick that was asked for' });
      await environment.sleep('1 day');
      expect(fake.ticks).toHaveLength(2);

      await monitor.signal(resumeSignal);
      await waitUntil(() => fake.ticks.length === 3, { ...DEADLINE, what: 'the tick after the pause' });
      await whileTimePasses('10 minutes', () => fake.ticks.length === 4);
      expect(nearly(intervalsOf(fake.ticks).at(-1) ?? 0, 60_000)).toBe(HOUR_MS);
      expect((await monitor.query(monitorStatusQuery)).skippedTicks).toBe(0);
      expect(fake.states).toEqual(['running', 'paused', 'running']);
    });
  });

  it('checks once more right after a tick during which checkNow came, however often', async () => {
    const fake = fakes();
    const { checkInquiries } = fake.lms;
    fake.lms.checkInquiries = async (input) => {
      if (fake.ticks.length === 0) {
        const handle = environment.client.workflow.getHandle(
          Context.current().info.workflowExecution?.workflowId ?? '',
        );
        for (let times = 0; times < 3; times += 1) await handle.signal(checkNowSignal);
      }
      return checkInquiries(input);
    };
    await withMonitor(fake, async (monitor) => {
      await waitUntil(() => fake.ticks.length === 2, { ...DEADLINE, what: 'the tick that was asked for' });
      await environment.sleep('30 minutes');
      expect(fake.ticks).toHaveLength(2);
      expect((await monitor.query(monitorStatusQuery)).state).toBe('waiting');
    });
  });

  it('loses no signal that comes while it continues as new', async () => {
    const fake = fakes({ intervalMs: 24 * HOUR_MS });
    const total = 400;
    const { recordTick } = fake.core;
    // Each tick signals checkNow at its end, at the moment when a run hands on its state.
    fake.core.recordTick = async (tick) => {
      await recordTick(tick);
      const handle = environment.client.workflow.getHandle(Context.current().info.workflowExecution?.workflowId ?? '');
      await handle.signal(fake.ticks.length < total ? checkNowSignal : pauseSignal);
    };
    await withMonitor(fake, async (monitor) => {
      await waitUntil(() => fake.states.includes('paused'), {
        ...DEADLINE,
        deadlineMs: 280_000,
        what: 'the last signal',
      });
      expect(fake.ticks).toHaveLength(total);
      expect(fake.runs.size).toBeGreaterThan(2);
      expect(await monitor.query(monitorStatusQuery)).toMatchObject({ state: 'paused', ticks: total });
    });
  });

  it('waits for a database that is away, and goes on after a tick that failed for good', async () => {
    const fake = fakes();
    const { planTick } = fake.core;
    const failures = [
      ...Array.from({ length: 8 }, () => ApplicationFailure.create({ type: 'DATABASE_UNAVAILABLE', message: 'away' })),
      ApplicationFailure.nonRetryable('no such column', 'DATABASE_REJECTED'),
    ];
    fake.core.planTick = async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return planTick();
    };
    await withMonitor(fake, async (monitor) => {
      const failed = async () => (await monitor.query(monitorStatusQuery)).tickFailure;
      await whileTimePasses('1 minute', failed);
      expect(await failed()).toBe('DATABASE_REJECTED: no such column');
      expect(failures).toHaveLength(0);
      expect(fake.ticks).toHaveLength(0);
      await whileTimePasses('10 minutes', () => fake.ticks.length === 1);
      expect(await failed()).toBeNull();
    });
  });

  it('goes on when the database refuses its state with an unknown error, and records it later', async () => {
    const fake = fakes();
    const { recordMonitorState } = fake.core;
    let refusals = 0;
    fake.core.recordMonitorState = async (input) => {
      if (input.state !== 'paused' || refusals === 2) return recordMonitorState(input);
      refusals += 1;
      throw ApplicationFailure.nonRetryable('whatever the database said', 'NEVER_HEARD_OF');
    };
    await withMonitor(fake, async (monitor) => {
      await monitor.signal(pauseSignal);
      await whileTimePasses('1 minute', () => fake.states.at(-1) === 'paused');
      await monitor.signal(resumeSignal);
      await waitUntil(() => fake.states.at(-1) === 'running', { ...DEADLINE, what: 'the state after the pause' });
      expect([refusals, fake.states.at(-1)]).toEqual([2, 'running']);
    });
  });

  it('distinguishes a failed cohort from a lost batch, and checks the others', async () => {
    const fake = fakes({ batches: [['SK001', 'SK002'], ['SK003'], ['SK004']] });
    fake.lms.checkInquiries = async ({ skIds: checked }) => {
      if (checked.includes('SK003')) throw ApplicationFailure.nonRetryable('broken', 'DATABASE_REJECTED');
      const failures = checked.includes('SK001') ? [{ skId: 'SK001', code: 'LMS_BAD_PAGE', message: 'a field' }] : [];
      const found = [{ skId: 'SK004', newInquiries: 2, lateInquiries: 1 }].filter(({ skId }) => checked.includes(skId));
      return { checked: checked.length, found, failures };
    };
    await withMonitor(fake, async (monitor) => {
      await waitUntil(() => fake.ticks.length === 1, { ...DEADLINE, what: 'a tick' });
      expect(fake.ticks[0]).toMatchObject({ cohorts: 4, newInquiries: 2, failures: 2, whole: false });
      expect((await monitor.query(monitorStatusQuery)).failures).toEqual([
        { skId: 'SK001', code: 'LMS_BAD_PAGE', message: 'a field' },
        { skId: 'SK003', code: 'DATABASE_REJECTED', message: 'broken' },
      ]);
    });
  });

  it('adds at most 200 events to the history for a tick over 1,000 cohorts', async () => {
    const ids = skIds(1_000);
    const batches = Array.from({ length: 20 }, (_, index) => ids.slice(index * 50, (index + 1) * 50));
    const fake = fakes({ batches });
    await withMonitor(fake, async (monitor) => {
      await waitUntil(() => fake.ticks.length === 1, { ...DEADLINE, what: 'the first tick' });
      const before = (await monitor.fetchHistory()).events?.length ?? 0;
      await monitor.signal(checkNowSignal);
      await waitUntil(() => fake.ticks.length === 2, { ...DEADLINE, what: 'another tick' });
      const after = (await monitor.fetchHistory()).events?.length ?? 0;
      expect(after - before).toBeLessThanOrEqual(200);
      expect(fake.ticks[1]?.cohorts).toBe(1_000);
    });
  });

  it('records that it stopped when it is cancelled', async () => {
    const fake = fakes();
    await withMonitor(fake, async (monitor) => {
      await waitUntil(() => fake.ticks.length === 1, { ...DEADLINE, what: 'the first tick' });
      await monitor.cancel();
      await expect(monitor.result()).rejects.toBeInstanceOf(WorkflowFailedError);
      expect(fake.states).toEqual(['running', 'stopped']);
    });
  });
});
