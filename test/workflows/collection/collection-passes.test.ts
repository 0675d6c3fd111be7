import { defineSearchAttributeKey } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DATA_TYPES } from '../../../src/domain/collection/data-type';
import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { nightlyCollection } from '../../../src/workflows';
import { CORE_TASK_QUEUE, progressQuery, type NightlyCollectionInput } from '../../../src/workflows/contract';
import type { NightlyCollectionHandedOn } from '../../../src/workflows/collection/nightly-collection';
import { fakeCollection, withCollectionWorkers, type FakeCollection } from './fake-collection';
import { timeSkippingEnvironment } from '../../support/temporal';
import { waitUntil } from '../../support/wait-until';

const date = learningDateSchema.parse('2025-01-20');
const ALL = ['vod', 'pbl', 'task', 'roadmap'];
const TYPES = DATA_TYPES.length;

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await timeSkippingEnvironment();
});
afterAll(() => environment?.teardown());

let runs = 0;
function start(input: NightlyCollectionInput, handedOn?: NightlyCollectionHandedOn) {
  return environment.client.workflow.start(nightlyCollection, {
    taskQueue: CORE_TASK_QUEUE,
    workflowId: `passes-${(runs += 1)}`,
    args: handedOn === undefined ? [input] : [input, handedOn],
  });
}

function run(fake: FakeCollection, input: NightlyCollectionInput, handedOn?: NightlyCollectionHandedOn) {
  return withCollectionWorkers(environment.nativeConnection, fake, async () => (await start(input, handedOn)).result());
}

const skIds = (count: number) => Array.from({ length: count }, (_, index) => `SK${String(index + 1).padStart(3, '0')}`);

/** Fails until the data type was tried so often; for ever without `tries`. */
function failing(what: { skId?: string; dataType?: string; tries?: number }) {
  const tried = new Map<string, number>();
  return async ({ skId, dataType }: { skId: string; dataType: string }) => {
    const key = `${skId} ${dataType}`;
    tried.set(key, (tried.get(key) ?? 0) + 1);
    const isFailing =
      (what.skId ?? skId) === skId &&
      (what.dataType ?? dataType) === dataType &&
      tried.get(key)! <= (what.tries ?? Number.POSITIVE_INFINITY);
    if (isFailing) throw new ServiceError('LMS_UNAVAILABLE', 'HTTP 500');
    return { rowCount: 1 };
  };
}

const count = (fake: FakeCollection, skId: string, dataType: string) =>
  fake.collected.filter((each) => each.skId === skId && each.dataType === dataType).length;

/** The pauses of a run, in seconds. */
async function pausesOf(workflowId: string): Promise<number[]> {
  const { events } = await environment.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap((event) => {
    const timeout = event.timerStartedEventAttributes?.startToFireTimeout;
    return timeout ? [Number(timeout.seconds ?? 0) + Math.round((timeout.nanos ?? 0) / 1e9)] : [];
  });
}

describe('the passes of a re-run by hand', () => {
  it('ask again only for what was not stored, after about 10, 30, 60 and 90 seconds', async () => {
    const fake = fakeCollection(skIds(2), { collectOne: failing({ skId: 'SK002', dataType: 'roadmap' }) });
    const result = await run(fake, { date });
    expect(result).toMatchObject({ pass: 5, nextPass: null, cohortsDone: 2, stored: 2 * TYPES - 1, failed: 1 });
    expect(result.failures).toEqual([
      { date, skId: 'SK002', dataType: 'roadmap', code: 'LMS_UNAVAILABLE', message: 'HTTP 500' },
    ]);
    expect(await pausesOf(`passes-${runs}`)).toEqual([10, 30, 60, 90]);
    expect(fake.collected).toHaveLength(2 * TYPES + 4);
  });

  it('name each dataset once in the triggers: what pass 1 stored, then the rest', async () => {
    const [third, roadmap] = [
      failing({ skId: 'SK003', tries: 1 }),
      failing({ skId: 'SK002', dataType: 'roadmap', tries: 2 }),
    ];
    const fake = fakeCollection(skIds(3), { collectOne: async (asked) => (await third(asked), roadmap(asked)) });
    expect(await run(fake, { date })).toMatchObject({ pass: 3, stored: 3 * TYPES, failed: 0, statistics: 'sent' });
    expect(fake.triggers.slice(0, 2)).toEqual(
      expect.arrayContaining([
        { targetDate: date, skIds: ['SK001'], dataTypes: ALL },
        { targetDate: date, skIds: ['SK002'], dataTypes: ['vod', 'pbl', 'task'] },
      ]),
    );
    expect(fake.triggers.slice(2)).toEqual([
      { targetDate: date, skIds: ['SK003'], dataTypes: ALL },
      { targetDate: date, skIds: ['SK002'], dataTypes: ['roadmap'] },
    ]);
  });

  it('leave out accounts that are refused or held, and what no time mends', async () => {
    const codes = { SK001: 'LMS_ACCOUNT_REFUSED', SK002: 'LMS_ACCOUNT_HELD', SK003: 'CREDENTIALS_UNREADABLE' } as const;
    const fake = fakeCollection(skIds(3), {
      async collectOne({ skId }) {
        throw new ServiceError(codes[skId as keyof typeof codes], 'no');
      },
    });
    expect(await run(fake, { date })).toMatchObject({ pass: 1, stored: 0, failed: 3 * TYPES, cohortsDone: 3 });
    expect(fake.collected).toHaveLength(3 * TYPES);
  });

  it('come once over all that is left of a range, whose dates were collected once', async () => {
    let isWell = false;
    const fake = fakeCollection(['SK001'], {
      async collectOne({ dataType }) {
        if (dataType === 'roadmap' && !isWell) {
          if (fake.collected.filter((each) => each.dataType === 'roadmap').length === 3) isWell = true;
          throw new ServiceError('LMS_UNAVAILABLE', 'HTTP 500');
        }
        return { rowCount: 1 };
      },
    });
    const to = learningDateSchema.parse('2025-01-22');
    const result = await run(fake, { date }, { to });
    expect(result).toMatchObject({ date, to, pass: 2, cohortsTotal: 3, cohortsDone: 3, stored: 3 * TYPES, failed: 0 });
    expect(result.dates.map(({ stored }) => stored)).toEqual([TYPES, TYPES, TYPES]);
    const roadmaps = fake.collected.filter(({ dataType }) => dataType === 'roadmap').map((each) => each.date);
    const dates = ['2025-01-20', '2025-01-21', '2025-01-22'];
    expect(roadmaps).toEqual([...dates, ...dates]);
    expect(fake.triggers.map(({ targetDate, dataTypes }) => `${targetDate} ${dataTypes.join()}`).toSorted()).toEqual(
      dates.flatMap((each) => [`${each} roadmap`, `${each} vod,pbl,task`]),
    );
  });

  it('show what waits for the next one', async () => {
    const fake = fakeCollection(skIds(2), { collectOne: failing({ dataType: 'pbl', tries: 1 }) });
    await withCollectionWorkers(environment.nativeConnection, fake, async () => {
      const handle = await start({ date });
      const waiting = await waitUntil(
        async () => {
          const progress = await handle.query(progressQuery);
          return progress.nextPass !== null && progress;
        },
        { deadlineMs: 60_000, what: 'the pause between two passes' },
      );
      expect(waiting).toMatchObject({ pass: 1, nextPass: { cohorts: 2 }, stored: 2 * (TYPES - 1), failed: 2 });
      expect(await handle.result()).toMatchObject({ pass: 2, stored: 2 * TYPES, failed: 0 });
    });
  });
});

describe('the passes of a night', () => {
  const scheduledStart = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

  /** INDEXED_VALUE_TYPE_DATETIME of Temporal's API. */
  const DATETIME = 6;
  // Temporal's own servers know it. This one has no Schedules.
  beforeAll(() =>
    environment.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: { [scheduledStart.name]: DATETIME },
    }),
  );

  const refused = () => Promise.reject(new ServiceError('LMS_ACCOUNT_REFUSED', 'The password is wrong.'));

  async function runNight(fake: FakeCollection, lateByMs = 0) {
    const nominalStart = new Date((await environment.currentTimeMs()) - lateByMs);
    return withCollectionWorkers(environment.nativeConnection, fake, () =>
      environment.client.workflow.execute(nightlyCollection, {
        taskQueue: CORE_TASK_QUEUE,
        workflowId: `passes-${(runs += 1)}`,
        typedSearchAttributes: [{ key: scheduledStart, value: nominalStart }],
        args: [{}],
      }),
    );
  }

  it('go on for four hours, and ask one operation of one cohort once each', async () => {
    const fake = fakeCollection(['SK001'], { collectOne: failing({ dataType: 'roadmap' }) });
    expect(await runNight(fake)).toMatchObject({ pass: 11, stored: TYPES - 1, failed: 1, statistics: 'sent' });
    const minutes = [1, 5, 10, 20, 30, 30, 30, 30, 30, 30];
    expect(await pausesOf(`passes-${runs}`)).toEqual(minutes.map((each) => each * 60));
    expect([count(fake, 'SK001', 'roadmap'), count(fake, 'SK001', 'vod')]).toEqual([11, 1]);
  });

  it('ask a refused account once more, when its hold is over', async () => {
    const fake = fakeCollection(['SK001'], { collectOne: refused });
    expect(await runNight(fake)).toMatchObject({ pass: 2, stored: 0, failed: TYPES });
    expect(await pausesOf(`passes-${runs}`)).toEqual([30 * 60]);
  });

  it('ask no refused account where the next night waits already', async () => {
    const fake = fakeCollection(['SK001'], { collectOne: refused });
    expect(await runNight(fake, 24 * 60 * 60_000)).toMatchObject({ pass: 1, failed: 4 });
  });
});
