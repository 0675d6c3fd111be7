import type { KnobsPatch } from '../../../simulator/knobs';
import { readLms, type LmsReader } from './read-lms';
import { startSimulator, type Simulator } from '../../support/simulator';

type Fault = NonNullable<NonNullable<KnobsPatch['lms']>['faults']>[number];

let simulator: Simulator;
let lms: LmsReader;

beforeEach(async () => {
  simulator = await startSimulator({ cohorts: 2 });
  lms = await readLms(simulator, 'SK001');
});
afterEach(() => simulator.close());

const strikeWith = (...faults: Fault[]) => simulator.setKnobs({ lms: { faults } });
const firstItem = async () =>
  ((await (await lms.get('students')).json()) as { items: Record<string, unknown>[] }).items[0]!;

test.each([429, 500, 502, 503, 504, 403, 400])('status %i, with Retry-After when it is given', async (status) => {
  await strikeWith({ fault: 'status', status, retryAfterSeconds: 7, times: 1 });
  const struck = await lms.get('students');
  expect(struck.status).toBe(status);
  expect(struck.headers.get('retry-after')).toBe('7');
  expect(await struck.json()).toMatchObject({ code: expect.any(String), message: expect.any(String) });
  const next = await lms.get('students');
  expect(next.status).toBe(200);
  expect(next.headers.get('retry-after')).toBeNull();
});

test('a revoked token stays over', async () => {
  await strikeWith({ fault: 'revoke-token', times: 1 });
  expect((await lms.get('students')).status).toBe(401);
  expect((await lms.get('students')).status).toBe(401);
  expect((await (await readLms(simulator, 'SK001')).get('students')).status).toBe(200);
});

test('a 401 without revocation strikes one request', async () => {
  await strikeWith({ fault: 'status', status: 401, times: 1 });
  expect((await lms.get('students')).status).toBe(401);
  expect((await lms.get('students')).status).toBe(200);
});

test('a refusal strikes a log-in only when its rule names it', async () => {
  await strikeWith({ fault: 'status', status: 401 }, { fault: 'revoke-token' });
  await expect(readLms(simulator, 'SK001')).resolves.toBeDefined();
  await strikeWith({ fault: 'status', status: 401, operations: ['login'] });
  const login = await fetch(`${simulator.lmsUrl}/api/v1/auth/login`, { method: 'POST', body: '{}' });
  expect(login.status).toBe(401);
});

test('a request whose connection is reset gets no answer', async () => {
  await strikeWith({ fault: 'reset', times: 1 });
  await expect(lms.get('students')).rejects.toThrow();
  expect(simulator.state().lms.byStatus).toMatchObject({ reset: 1 });
  expect((await lms.get('students')).status).toBe(200);
});

test('a body that stops in the middle', async () => {
  await strikeWith({ fault: 'cut-body', times: 1 });
  const answer = await lms.get('students');
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow();
});

test('an HTML page with status 200', async () => {
  await strikeWith({ fault: 'html-page', times: 1 });
  const answer = await lms.get('students');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(await answer.text()).toContain('<html>');
});

test('a changed LMS: a field of another type, a missing field, unknown fields', async () => {
  await strikeWith({ fault: 'wrong-field', field: 'name', times: 1 });
  expect((await firstItem()).name).toEqual({ changed: true });
  await strikeWith({ fault: 'missing-field', times: 1 });
  expect(await firstItem()).not.toHaveProperty('studentId');
  await strikeWith();
  const usual = await firstItem();
  await simulator.setKnobs({ lms: { unknownFields: true } });
  const extended = await firstItem();
  expect(extended).toMatchObject(usual);
  expect(Object.keys(extended).length).toBeGreaterThan(Object.keys(usual).length);
});

test('a cursor that always leads back to the same page', async () => {
  simulator.addInquiry('SK001');
  await strikeWith({ fault: 'repeat-cursor' });
  for (const path of ['students', 'inquiries']) {
    const first = (await (await lms.get(path)).json()) as { items: unknown[]; nextCursor: string };
    const second = await (await lms.get(path, { cursor: first.nextCursor })).json();
    const third = await (await lms.get(path, { cursor: (second as typeof first).nextCursor })).json();
    expect(first.items.length).toBeGreaterThan(0);
    expect([second, third]).toEqual([first, first]);
  }
});

test('an empty list with status 200', async () => {
  await strikeWith({ fault: 'empty-list', operations: ['listStudents'], times: 1 });
  expect(await (await lms.get('students')).json()).toEqual({ items: [], nextCursor: null });
  expect((await lms.list('students')).items).toHaveLength(30);
});

test('an answer that is lost after its effect', async () => {
  const completion = {
    completionId: 'c-1',
    memberNo: '7',
    eduNo: 'e-1',
    chasiNo: 'l-1',
    completedAt: '2025-01-20T09:00:00+09:00',
    progressRate: 1,
  };
  await strikeWith({ fault: 'reset', times: 1 }, { fault: 'lose-answer', times: 1 });
  await expect(lms.post('completions', completion)).rejects.toThrow();
  expect(simulator.completions()).toEqual([]);
  await expect(lms.post('completions', completion)).rejects.toThrow();
  expect(simulator.completions()).toHaveLength(1);
  expect(await (await lms.post('completions', completion)).json()).toEqual({ duplicate: true });
});

test('a Date header that is missing, unreadable or wrong, and a wrong clock', async () => {
  const dateOf = async () => (await lms.get('students')).headers.get('date');
  const skewOf = async () => Math.round((Date.parse((await dateOf()) ?? '') - Date.now()) / 60_000);
  expect(await skewOf()).toBeCloseTo(0);
  await strikeWith({ fault: 'missing-date', times: 1 });
  expect(await dateOf()).toBeNull();
  await simulator.setKnobs({ lms: { dateHeader: 'missing' } });
  expect(await dateOf()).toBeNull();
  await simulator.setKnobs({ lms: { dateHeader: 'unreadable' } });
  expect(Date.parse((await dateOf()) ?? '')).toBeNaN();
  await simulator.setKnobs({ lms: { dateHeader: 'right', dateSkewMs: 600_000 } });
  expect(await skewOf()).toBe(10);
  await simulator.setKnobs({ lms: { dateSkewMs: 0, clockOffsetMs: -1_200_000 } });
  expect(await skewOf()).toBe(-20);
  const { createdAtMs } = simulator.addInquiry('SK001');
  expect(Math.round((createdAtMs - Date.now()) / 60_000)).toBe(-20);
});

test('a rule strikes the operations, cohorts and requests that it names', async () => {
  const other = await readLms(simulator, 'SK002');
  await strikeWith({ fault: 'status', status: 500, operations: ['listTasks'], cohorts: ['SK001'], skip: 1, times: 2 });
  const statuses = async (reader: LmsReader, path: string) => {
    const seen: number[] = [];
    for (let count = 0; count < 4; count++) seen.push((await reader.get(path)).status);
    return seen;
  };
  expect(await statuses(other, 'tasks')).toEqual([200, 200, 200, 200]);
  expect(await statuses(lms, 'students')).toEqual([200, 200, 200, 200]);
  expect(await statuses(lms, 'tasks')).toEqual([200, 500, 500, 200]);
  expect(simulator.state().lms.faults).toEqual({ status: 2 });
});

test('a probability strikes some requests', async () => {
  await strikeWith({ fault: 'status', status: 503, probability: 0.3 });
  let struck = 0;
  for (let count = 0; count < 200; count++) if ((await lms.get('roadmap')).status === 503) struck += 1;
  expect(struck).toBeGreaterThan(20);
  expect(struck).toBeLessThan(120);
});

test('a rule keeps its counts when another knob changes', async () => {
  await strikeWith({ fault: 'status', status: 500, times: 2 });
  expect((await lms.get('tasks')).status).toBe(500);
  await simulator.setKnobs({ lms: { latencyMs: 1 }, chat: { latencyMs: 1 } });
  expect((await lms.get('tasks')).status).toBe(500);
  expect((await lms.get('tasks')).status).toBe(200);
});

describe('downtime', () => {
  test.each(['lms', 'chat', 'statistics'] as const)(
    '%s alone refuses connections, then listens again at its address',
    async (part) => {
      const urls = { lms: simulator.lmsUrl, chat: simulator.chatBaseUrl, statistics: simulator.statisticsUrl };
      await simulator.setKnobs({ [part]: { availability: 'refuse' } });
      for (const [name, url] of Object.entries(urls)) {
        const answered = await fetch(url).then(
          () => true,
          () => false,
        );
        expect([name, answered]).toEqual([name, name !== part]);
      }
      await simulator.setKnobs({ [part]: { availability: 'up' } });
      expect((await fetch(urls[part])).status).toBeGreaterThanOrEqual(400);
    },
  );

  test('each part answers 503', async () => {
    const unavailable = { availability: 'unavailable' } as const;
    await simulator.setKnobs({ lms: unavailable, chat: unavailable, statistics: unavailable });
    const post = { method: 'POST', body: '{}' };
    expect((await lms.get('students')).status).toBe(503);
    expect((await fetch(simulator.chatUrl('any'), post)).status).toBe(503);
    expect((await fetch(simulator.statisticsUrl, post)).status).toBe(503);
  });
});

test('an unknown knob or a wrong value changes nothing', async () => {
  await expect(simulator.setKnobs({ lms: { latencyMs: 5, maxInFlight: 0 } })).rejects.toThrow();
  await expect(simulator.setKnobs({ lms: { latencyMs: 5, latency: 5 } as never })).rejects.toThrow();
  expect(simulator.knobs.lms.latencyMs).toBe(0);
});
