import type { LmsAccount, LmsClient } from '../../../src/adapters/lms/lms-client';
import type { LearningDate } from '../../../src/domain/shared/learning-date';
import type { ServiceError } from '../../../src/domain/shared/service-error';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { createTestLmsClient, type TestLmsClient } from '../../support/lms-client';
import { startSimulator, type Simulator } from '../../support/simulator';
import { waitUntil } from '../../support/wait-until';

const DATE = '2025-01-20' as LearningDate;
const SINCE = new Date('2025-01-01T00:00:00Z');
const options = { signal: new AbortController().signal };

let test: TestDatabase;
let simulator: Simulator;
let client: TestLmsClient;
let lms: LmsClient;
let account: LmsAccount;
let cohorts = 0;

beforeAll(async () => {
  [test, simulator] = await Promise.all([
    createTestDatabase(),
    startSimulator({ size: { students: 23, pblProblems: 3, tasks: 9, units: 3, lessonsPerUnit: 5 } }),
  ]);
});
afterAll(() => Promise.all([test?.drop(), simulator?.close()]));

beforeEach(() => {
  account = simulator.addCohort({ skId: `SK${++cohorts}` });
  client = createTestLmsClient({ baseUrl: simulator.lmsUrl, database: test.database });
  lms = client.lms;
});
afterEach(async () => {
  await client.access.close();
  // The next test's client does not know the requests that this one left at the LMS.
  await waitUntil(() => simulator.state().lms.inFlight === 0, { deadlineMs: 60_000, what: 'the LMS is done' });
  await simulator.setKnobs({
    lms: {
      faults: [],
      processingLimitMs: 5_000,
      pageSize: 100,
      shiftedPages: false,
      dateHeader: 'right',
      latencyMs: 0,
    },
  });
  simulator.resetCounts();
});

describe('lists', () => {
  const everything = async (read: LmsClient) => ({
    students: await read.listStudents(account, options),
    tasks: await read.listTasks(account, options),
    problems: await read.listPblProblems(account, options),
    taskSubmissions: await read.listTaskSubmissions(
      account,
      (await read.listTasks(account, options))[0]!.taskId,
      options,
    ),
    pblSubmissions: await read.listPblSubmissions(
      account,
      (await read.listPblProblems(account, options))[0]!.problemId,
      options,
    ),
    vodLogs: await read.listVodLogs(account, (await read.listStudents(account, options))[0]!.studentId, DATE, options),
    units: await read.getRoadmap(account, options),
    inquiries: (await read.listInquiries(account, SINCE, options)).inquiries,
  });

  it('come whole, each item once, however the LMS cuts its pages', async () => {
    for (let number = 0; number < 12; number += 1) simulator.addInquiry(account.skId);
    const whole = await everything(lms);
    expect(whole.students).toHaveLength(23);
    expect(whole.tasks).toHaveLength(9);
    expect(whole.units.map((unit) => unit.lessons.length)).toEqual([5, 5, 5]);
    expect(whole.inquiries).toHaveLength(12);
    for (const pageSize of [7, 2]) {
      await simulator.setKnobs({ lms: { pageSize, shiftedPages: true, unknownFields: true } });
      expect(await everything(lms)).toEqual(whole);
    }
  });

  it("hold inquiries oldest first, with the LMS's clock", async () => {
    for (let number = 0; number < 5; number += 1) {
      simulator.addInquiry(account.skId, { createdAt: new Date(Date.now() - number * 60_000).toISOString() });
    }
    await simulator.setKnobs({ lms: { clockOffsetMs: 3_600_000 } });
    const { inquiries, lmsTime } = await lms.listInquiries(account, SINCE, options);
    await simulator.setKnobs({ lms: { clockOffsetMs: 0 } });
    const times = inquiries.map((inquiry) => inquiry.createdAt.getTime());
    expect(times).toHaveLength(5);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(lmsTime!.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
    expect(lmsTime!.getTime()).toBeLessThan(Date.now() + 4_000_000);
  });

  it.each(['missing', 'unreadable'] as const)('have no clock of the LMS when its header is %s', async (dateHeader) => {
    await simulator.setKnobs({ lms: { dateHeader } });
    expect((await lms.listInquiries(account, SINCE, options)).lmsTime).toBeNull();
  });

  it('reports a completion, and the same one again without effect', async () => {
    const report = {
      completionId: `completion-${account.skId}`,
      memberNo: 'member-1',
      eduNo: 'edu-1',
      chasiNo: 'lesson-1',
      completedAt: new Date('2025-01-20T03:04:05.678Z'),
      progressRate: 0.8,
    };
    expect(await lms.reportCompletion(account, report, options)).toEqual({ duplicate: false });
    expect(await lms.reportCompletion(account, report, options)).toEqual({ duplicate: true });
    const recorded = simulator.completions().find((completion) => completion.skId === account.skId);
    expect(recorded).toMatchObject({ ...report, completedAt: expect.anything() as unknown });
    expect(new Date(recorded!.completedAt)).toEqual(report.completedAt);
  });

  it('report progress after each log-in and each page, not after a failed try', async () => {
    await simulator.setKnobs({ lms: { pageSize: 5, faults: [{ fault: 'status', status: 500, times: 2 }] } });
    lms.forgetSession(account);
    let steps = 0;
    await lms.listStudents(account, { ...options, onProgress: () => (steps += 1) });
    expect(steps).toBe(6);
  });
});

describe('faults', () => {
  it.each([
    { fault: 'status' as const, status: 500 },
    { fault: 'status' as const, status: 502 },
    { fault: 'status' as const, status: 503, retryAfterSeconds: 1 },
    { fault: 'status' as const, status: 504 },
    { fault: 'status' as const, status: 408 },
    { fault: 'status' as const, status: 404, code: 'NOT_FOUND' },
    { fault: 'status' as const, status: 403 },
    { fault: 'status' as const, status: 423 },
    { fault: 'status' as const, status: 429, retryAfterSeconds: 1 },
    { fault: 'reset' as const },
    { fault: 'lose-answer' as const },
    { fault: 'cut-body' as const },
    { fault: 'html-page' as const },
  ])('is answered by another try: %j', async (fault) => {
    await simulator.setKnobs({
      lms: { pageSize: 5, faults: [{ ...fault, operations: ['listStudents'], skip: 2, times: 2 }] },
    });
    expect(await lms.listStudents(account, options)).toHaveLength(23);
    expect(simulator.state().lms.byCohort[account.skId]).toEqual({ listStudents: 5 + 2 });
    const { values } = await client.metrics.lmsRequests.get();
    const counted = values.filter((value) => value.labels.operation === 'listStudents');
    expect(Object.fromEntries(counted.map((value) => [value.labels.outcome, value.value]))).toEqual({
      ok: 5,
      retry: 2,
    });
  });

  it.each([
    [{ fault: 'status' as const, status: 503, retryAfterSeconds: 90 }, 'LMS_UNAVAILABLE', 90_000],
    [{ fault: 'status' as const, status: 429, retryAfterSeconds: 45 }, 'LMS_RATE_LIMITED', 45_000],
  ])('fails with a long Retry-After, and asks nothing before it is over: %j', async (fault, code, retryAfterMs) => {
    await simulator.setKnobs({ lms: { faults: [{ ...fault, operations: ['listTasks'] }] } });
    await expect(lms.listTasks(account, options)).rejects.toMatchObject({ code, retryAfterMs });
    const again = (await lms.listTasks(account, options).catch((error: unknown) => error)) as ServiceError;
    expect(again).toMatchObject({ code, retryable: true });
    expect(again.retryAfterMs).toBeGreaterThan(0);
    expect(again.retryAfterMs).toBeLessThanOrEqual(retryAfterMs);
    expect(simulator.state().lms.byCohort[account.skId]).toEqual({ listTasks: 1 });
    expect(await lms.listStudents(account, options)).toHaveLength(23);
  });

  it('logs nobody in before the Retry-After of a log-in is over', async () => {
    await simulator.setKnobs({
      lms: { faults: [{ fault: 'status', status: 429, retryAfterSeconds: 45, operations: ['login'] }] },
    });
    for (const ask of [() => lms.listTasks(account, options), () => lms.listStudents(account, options)]) {
      await expect(ask()).rejects.toMatchObject({ code: 'LMS_RATE_LIMITED', retryable: true });
    }
    expect(simulator.state().lms.requests).toBe(1);
  });

  it.each([
    [{ fault: 'status' as const, status: 400 }, 'LMS_REJECTED', 'answered 400'],
    [{ fault: 'wrong-field' as const, field: 'submissionType' }, 'LMS_BAD_PAGE', 'items.0.submissionType'],
    [{ fault: 'missing-field' as const, field: 'title' }, 'LMS_BAD_PAGE', 'items.0.title'],
    [{ fault: 'repeat-cursor' as const }, 'LMS_BAD_PAGE', 'repeats its pages'],
  ])('does not ask again at once what would fail again: %j', async (fault, code, sentence) => {
    await simulator.setKnobs({ lms: { faults: [{ ...fault, operations: ['listTasks'] }] } });
    const failure = await lms.listTasks(account, options).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, retryable: true });
    expect((failure as Error).message).toContain(`Cohort ${account.skId}, listTasks: the LMS `);
    expect((failure as Error).message).toContain(sentence);
    expect(simulator.state().lms.byCohort[account.skId]!.listTasks).toBeLessThanOrEqual(2);
  });

  it('gives up after a few tries', async () => {
    await simulator.setKnobs({ lms: { faults: [{ fault: 'html-page', operations: ['listTasks'] }] } });
    await expect(lms.listTasks(account, options)).rejects.toMatchObject({
      code: 'LMS_UNAVAILABLE',
      message: expect.stringContaining('a web page') as unknown,
    });
    expect(simulator.state().lms.byCohort[account.skId]).toEqual({ listTasks: 5 });
  });

  it('gives up an answer that never comes, and keeps its slot while the LMS works on it', async () => {
    const impatient = createTestLmsClient({
      baseUrl: simulator.lmsUrl,
      database: test.database,
      requestTimeoutMs: 1_000,
      maxConcurrentRequests: 2,
    });
    await simulator.setKnobs({
      lms: { processingLimitMs: 2_000, faults: [{ fault: 'hang', operations: ['listTasks'], times: 1 }] },
    });
    expect(await impatient.lms.listTasks(account, options)).toHaveLength(9);
    expect(impatient.access.quietInMs()).toBeGreaterThan(0);
    expect((await impatient.metrics.lmsInFlight.get()).values[0]!.value).toBe(1);
    await impatient.access.close();
  });

  it('frees the slots at once when nothing listens', async () => {
    const lost = createTestLmsClient({
      baseUrl: 'http://127.0.0.1:1',
      database: test.database,
      maxConcurrentRequests: 1,
    });
    await expect(lost.lms.listTasks(account, options)).rejects.toMatchObject({
      code: 'LMS_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED') as unknown,
    });
    expect(lost.access.quietInMs()).toBe(0);
    await lost.access.close();
  });
});
