import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createStallTimeout } from '../../../src/activities/shared/stall-timeout';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { DATA_TYPES, type DataType } from '../../../src/domain/collection/data-type';
import { openCollection, type CollectionParts } from './open-collection';

const DATE = '2025-01-20';
const NEXT_DATE = '2025-01-21';
const SK = 'SK001';

let parts: CollectionParts;
beforeEach(async () => {
  parts = await openCollection({ cohorts: 2, size: { students: 30 } });
});
afterEach(() => parts.close());

async function failure(dataType: DataType, environment?: MockActivityEnvironment, skId = SK): Promise<ServiceError> {
  const error: unknown = await parts.collect(skId, DATE, dataType, environment && { environment }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ServiceError)) throw new Error('No failure with a code', { cause: error });
  return error;
}

it('keeps what was stored, whatever request of the next reading fails', async () => {
  await parts.collectAll(SK, DATE);
  const before = await parts.stored(SK, DATE);
  const { stored_at: storedAt } = (await parts.run(SK, DATE, 'vod'))!;
  parts.simulator.changeRows({ skId: SK, list: 'students', changes: { name: 'changed' } });
  await parts.simulator.setKnobs({
    lms: { faults: [{ fault: 'missing-field', field: 'watchedSeconds', operations: ['listVodLogs'], skip: 25 }] },
  });
  const error = await failure('vod');
  expect(error.code).toBe('LMS_BAD_PAGE');
  expect(error.message).toContain('watchedSeconds');
  expect(await parts.stored(SK, DATE)).toEqual(before);
  expect(await parts.run(SK, DATE, 'vod')).toMatchObject({
    ...{ status: 'failed', stored_at: storedAt, row_count: 240, error: error.message },
  });
});

it.each([
  { why: 'unknown', skId: 'SK999', code: 'COHORT_UNKNOWN' },
  { why: 'inactive', skId: 'SK002', code: 'COHORT_INACTIVE' },
])('refuses a cohort that is $why', async ({ skId, code }) => {
  await parts.database.execute("UPDATE openeg_gather_town_info SET active = 0 WHERE sk_id = 'SK002'");
  const error = await failure('vod', undefined, skId);
  expect(error.code).toBe(code);
  expect(await parts.run(skId, DATE, 'vod')).toMatchObject({ status: 'failed', error: error.message });
  expect(parts.simulator.state().lms.requests).toBe(0);
});

it('refuses an input that it cannot parse, without its values', async () => {
  await expect(parts.collect(SK, '2025-02-30', 'vod')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

describe('a session that died and answers with empty lists', () => {
  beforeEach(async () => {
    await parts.collectAll(SK, DATE);
    await parts.simulator.setKnobs({ lms: { deadSession: 'empty' } });
    parts.simulator.revokeTokens(SK);
  });

  it.each(['vod', 'pbl', 'task', 'roadmap'] as const)('loses no row of %s', async (dataType) => {
    const before = await parts.stored(SK, DATE);
    await parts.collect(SK, DATE, dataType);
    expect(await parts.stored(SK, DATE)).toEqual(before);
    expect(await parts.run(SK, DATE, dataType)).toMatchObject({ status: 'stored' });
  });

  it('loses no row when all four data types find it dead at once, or on another date', async () => {
    await parts.collectAll(SK, NEXT_DATE);
    expect(await parts.stored(SK, NEXT_DATE)).toEqual(parts.expected(SK, NEXT_DATE));
  });
});

it('notices a session that dies in the middle of a date that was never stored', async () => {
  await parts.simulator.setKnobs({ lms: { deadSession: 'empty' } });
  const { lms } = parts;
  let asked = 0;
  const dying: typeof lms = {
    ...lms,
    async listVodLogs(...call) {
      asked += 1;
      if (asked === 5) parts.simulator.revokeTokens(SK);
      return lms.listVodLogs(...call);
    },
  };
  await parts.collect(SK, DATE, 'vod', { client: dying });
  expect((await parts.stored(SK, DATE)).openeg_vod_logs).toEqual(parts.expected(SK, DATE).openeg_vod_logs);
});

it('lists once more when a listed student is deleted before its logs are asked for', async () => {
  const { lms, simulator } = parts;
  const leaver = String(simulator.expectedRows(SK, DATE).openeg_vod_logs.at(-1)!.student_id);
  const leaving: typeof lms = {
    ...lms,
    async listStudents(...call) {
      const students = await lms.listStudents(...call);
      simulator.dropRows({ skId: SK, list: 'students', ids: [leaver] });
      return students;
    },
  };
  expect(await parts.collect(SK, DATE, 'vod', { client: leaving })).toEqual({ rowCount: 29 * 8 });
  expect((await parts.stored(SK, DATE)).openeg_vod_logs).toEqual(parts.expected(SK, DATE).openeg_vod_logs);
  await simulator.setKnobs({ lms: { faults: [{ fault: 'status', status: 404, operations: ['listVodLogs'] }] } });
  expect(await failure('vod')).toMatchObject({ code: 'LMS_UNAVAILABLE' });
});

it('stores a day on which nobody watched, after one more request for the roster', async () => {
  for (const { student_id: parentId } of parts.simulator.expectedRows(SK, DATE).openeg_vod_logs) {
    parts.simulator.dropRows({ skId: SK, list: 'vodLogs', parentId: String(parentId), date: DATE });
  }
  await parts.collect(SK, DATE, 'vod');
  expect((await parts.stored(SK, DATE)).openeg_vod_logs).toEqual(parts.expected(SK, DATE).openeg_vod_logs);
  const repeated = parts.simulator.repeatedRequests();
  expect(repeated.map(({ count }) => count)).toEqual([2]);
});

it('never believes an empty roster where students are stored', async () => {
  await parts.collectAll(SK, DATE);
  const before = await parts.stored(SK, DATE);
  parts.simulator.dropRows({ skId: SK, list: 'students' });
  const { logins } = parts.simulator.state().lms;
  expect(await failure('vod')).toMatchObject({ code: 'LMS_EMPTY_ROSTER' });
  expect(parts.simulator.state().lms.logins).toBe(logins + 1);
  expect(await parts.stored(SK, DATE)).toEqual(before);
  parts.simulator.dropRows({ skId: SK, list: 'tasks' });
  expect(await failure('task')).toMatchObject({ code: 'LMS_EMPTY_ROSTER' });
  expect(await parts.stored(SK, DATE)).toEqual(before);
});

it('believes an empty roster where no student was ever stored', async () => {
  parts.simulator.dropRows({ skId: SK, list: 'students' });
  expect(await parts.collect(SK, DATE, 'vod')).toEqual({ rowCount: 0 });
  expect(await parts.run(SK, DATE, 'vod')).toMatchObject({ status: 'stored', row_count: 0 });
});

it.each([
  { dataType: 'task', list: 'tasks' },
  { dataType: 'pbl', list: 'pblProblems' },
  { dataType: 'roadmap', list: 'roadmapUnits' },
] as const)('deletes all of $dataType when a living session lists none', async ({ dataType, list }) => {
  await parts.collectAll(SK, DATE);
  expect(parts.simulator.dropRows({ skId: SK, list })).toBeGreaterThan(0);
  await parts.collect(SK, DATE, dataType);
  expect(await parts.stored(SK, DATE)).toEqual(parts.expected(SK, DATE));
  expect(await parts.run(SK, DATE, dataType)).toMatchObject({ status: 'stored', row_count: 0 });
});

it('stores nothing of a dataset when the database refuses one of its rows', async () => {
  await parts.collectAll(SK, DATE);
  const before = await parts.stored(SK, DATE);
  parts.simulator.changeRows({ skId: SK, list: 'students', changes: { name: 'x'.repeat(70_000) } });
  const error = await failure('vod');
  expect(error.code).toBe('DATABASE_REJECTED');
  expect(error.message).not.toContain('xxx');
  expect(await parts.stored(SK, DATE)).toEqual(before);
});

describe('data types that are collected together', () => {
  it('fail separately, each with its reason', async () => {
    await parts.simulator.setKnobs({
      lms: {
        faults: [
          { fault: 'missing-field', field: 'maxScore', operations: ['listPblProblems'] },
          { fault: 'status', status: 500, operations: ['getRoadmap'] },
        ],
      },
    });
    const outcomes = new Map((await parts.collectCohort(SK, DATE)).map((outcome) => [outcome.dataType, outcome]));
    expect(outcomes.get('vod')).toEqual({ dataType: 'vod', stored: true, rowCount: 240 });
    expect(outcomes.get('task')).toMatchObject({ stored: true });
    expect(outcomes.get('pbl')).toMatchObject({ stored: false, code: 'LMS_BAD_PAGE' });
    expect(outcomes.get('roadmap')).toMatchObject({ stored: false, code: 'LMS_UNAVAILABLE' });
    for (const dataType of ['pbl', 'roadmap'] as const) {
      const error = outcomes.get(dataType)!.message;
      expect(await parts.run(SK, DATE, dataType)).toMatchObject({ status: 'failed', error });
    }
    const { openeg_vod_logs: logs, openeg_pbl_problems: problems } = await parts.stored(SK, DATE);
    expect(logs).toEqual(parts.expected(SK, DATE).openeg_vod_logs);
    expect(problems).toEqual([]);
  });

  it('end together, as failed, when the LMS keeps a cohort waiting', async () => {
    await parts.simulator.setKnobs({ lms: { faults: [{ fault: 'hang', operations: ['listStudents', 'listTasks'] }] } });
    const stallTimeout = () => createStallTimeout({ stallMs: 1_000, totalMs: 60_000 });
    const outcomes = await parts.collectCohort(SK, DATE, { stallTimeout });
    expect(outcomes.map(({ dataType, code = 'stored' }) => `${dataType} ${code}`)).toEqual([
      'vod LMS_UNAVAILABLE',
      'pbl stored',
      'task LMS_UNAVAILABLE',
      // It is asked last, so that it proves the session of the others.
      'roadmap LMS_UNAVAILABLE',
    ]);
    expect(outcomes[0]!.message).toContain('kept it waiting');
  });

  it('are not asked for again when an earlier try of the same request stored them', async () => {
    const requestedAt = new Date(Date.now() - 60_000);
    await parts.simulator.setKnobs({ lms: { faults: [{ fault: 'status', status: 500, operations: ['getRoadmap'] }] } });
    await parts.collectCohort(SK, DATE, { requestedAt });
    await parts.simulator.setKnobs({ lms: { faults: [] } });
    parts.simulator.resetCounts();
    expect((await parts.collectCohort(SK, DATE, { requestedAt })).map(({ stored }) => stored)).toEqual(
      DATA_TYPES.map(() => true),
    );
    expect(parts.simulator.state().lms.requests).toBe(1);
    expect(await parts.stored(SK, DATE)).toEqual(parts.expected(SK, DATE));
  });

  it('fail together when another process has taken the lease', async () => {
    const { lms } = parts;
    const leaving: typeof lms = {
      ...lms,
      getRoadmap: () => Promise.reject(new ServiceError('LMS_LEASE_LOST', 'Another process has the lease.')),
    };
    await expect(parts.collectCohort(SK, DATE, { client: leaving })).rejects.toMatchObject({ code: 'LMS_LEASE_LOST' });
    expect(await parts.run(SK, DATE, 'vod')).toMatchObject({ status: 'stored' });
  });

  it('are not recorded as failed when the activity is paused', async () => {
    const environment = new MockActivityEnvironment();
    const { lms } = parts;
    const paused: typeof lms = {
      ...lms,
      async getRoadmap(account, { signal }) {
        environment.cancel('PAUSED', new ActivityCancellationDetails({ paused: true }));
        signal.throwIfAborted();
        return lms.getRoadmap(account, { signal });
      },
    };
    const tried = parts.collectCohort(SK, DATE, { client: paused, environment });
    await expect(tried).rejects.toMatchObject({ name: 'CancelledFailure', message: 'PAUSED' });
  });

  it('return what they stored when the collection is cancelled', async () => {
    const environment = new MockActivityEnvironment();
    const { lms } = parts;
    const blocked: typeof lms = {
      ...lms,
      async getRoadmap(account, { signal }) {
        environment.cancel('CANCELLED');
        signal.throwIfAborted();
        return lms.getRoadmap(account, { signal });
      },
    };
    const requestedAt = new Date(Date.now() - 60_000);
    await parts.collect(SK, DATE, 'vod');
    const outcomes = await parts.collectCohort(SK, DATE, { client: blocked, environment, requestedAt });
    expect(outcomes.find(({ dataType }) => dataType === 'roadmap')).toMatchObject({
      ...{ stored: false, code: 'COLLECTION_CANCELLED' },
    });
    expect(await parts.run(SK, DATE, 'roadmap')).toMatchObject({ status: 'failed' });
    expect(outcomes.find(({ dataType }) => dataType === 'vod')).toMatchObject({ stored: true });
  });
});
