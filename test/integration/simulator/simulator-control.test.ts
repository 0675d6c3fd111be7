import { TABLE_KEYS } from '../../../simulator/expected-rows';
import { startSimulator, type Simulator } from '../../support/simulator';
import { waitUntil } from '../../support/wait-until';

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator({ cohorts: 1, size: { students: 6 } });
});
afterEach(() => simulator.close());

async function control(method: string, path: string, body?: unknown): Promise<{ status: number; value: unknown }> {
  const answer = await fetch(`${simulator.controlUrl}/control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, value: await answer.json() };
}

test('knobs are read and changed over HTTP; a wrong knob is named and changes nothing', async () => {
  expect((await control('PATCH', 'knobs', { lms: { latencyMs: 3, faults: [{ fault: 'reset' }] } })).status).toBe(200);
  expect((await control('GET', 'knobs')).value).toMatchObject({ lms: { latencyMs: 3, faults: [{ fault: 'reset' }] } });
  const refused = await control('PATCH', 'knobs', { lms: { latencyMs: 4, latncy: 5 } });
  expect(refused).toEqual({ status: 400, value: { error: expect.stringContaining('latncy') } });
  expect(simulator.knobs.lms.latencyMs).toBe(3);
});

test('cohorts are added, listed and returned as the CSV file of the import', async () => {
  const cohorts = [{ skId: 'SK"7', cohortName: '기수, "특별"', password: 'p"w' }];
  expect((await control('POST', 'cohorts', { cohorts })).status).toBe(200);
  expect((await control('GET', 'cohorts')).value).toHaveLength(2);
  const csv = await (await fetch(`${simulator.controlUrl}/control/cohorts.csv`)).text();
  expect(csv.split('\n')).toEqual([
    'sk_id,cohort_name,login_id,password,chat_webhook_url',
    `"SK001","SK001 클라우드 개발자 과정","manager-SK001","password-SK001","${simulator.chatUrl('space-SK001')}"`,
    `"SK""7","기수, ""특별""","manager-SK""7","p""w","${simulator.chatUrl('space-SK"7')}"`,
    '',
  ]);
});

test('inquiries are added and dropped', async () => {
  const added = await control('POST', 'inquiries', { skId: 'SK001', count: 3, visibleAfterMs: 60_000, title: '제목' });
  expect(added.value).toHaveLength(3);
  expect(simulator.inquiries('SK001').map((posted) => posted.visibleAtMs > posted.createdAtMs)).toEqual([
    true,
    true,
    true,
  ]);
  const entryIds = [simulator.inquiries()[0]!.inquiry.entryId];
  expect((await control('POST', 'inquiries/drop', { skId: 'SK001', entryIds })).value).toEqual({ dropped: 1 });
  expect((await control('GET', 'inquiries?skId=SK001')).value).toHaveLength(2);
});

test('rows are dropped, changed and added, and the expected rows change with them', async () => {
  const date = '2025-01-20';
  const expected = async () => {
    const { value } = await control('GET', `expected?skId=SK001&date=${date}`);
    return value as { keys: typeof TABLE_KEYS; tables: ReturnType<Simulator['expectedRows']> };
  };
  const before = await expected();
  expect(before.keys).toEqual(TABLE_KEYS);
  expect(before.tables).toEqual(simulator.expectedRows('SK001', date));
  const task = String(before.tables.openeg_tasks[0]?.task_id);
  const student = String(before.tables.openeg_vod_logs[0]?.student_id);

  expect((await control('POST', 'rows/drop', { skId: 'SK001', list: 'students', ids: [student] })).value).toEqual({
    dropped: 1,
  });
  const change = { skId: 'SK001', list: 'tasks', ids: [task], changes: { title: '새 제목' } };
  expect((await control('POST', 'rows/change', change)).value).toEqual({ changed: 1 });
  const item = { studentId: 'new', status: 'late', submittedAt: '2025-01-20T09:00:00.5+09:00' };
  await control('POST', 'rows/add', { skId: 'SK001', list: 'taskSubmissions', parentId: task, item });

  const { tables } = await expected();
  expect(tables.openeg_vod_logs).toEqual(before.tables.openeg_vod_logs.filter((row) => row.student_id !== student));
  expect(tables.openeg_tasks.find((row) => row.task_id === task)?.title).toBe('새 제목');
  expect(tables.openeg_task_submissions).toContainEqual({
    sk_id: 'SK001',
    task_id: task,
    student_id: 'new',
    submission_id: null,
    status: 'late',
    submitted_at: '2025-01-20T00:00:00.500Z',
  });
});

test('passwords are changed, tokens revoked and accounts unlocked', async () => {
  const logIn = async (password: string) => {
    const body = JSON.stringify({ loginId: 'manager-SK001', password });
    return (await fetch(`${simulator.lmsUrl}/api/v1/auth/login`, { method: 'POST', body })).status;
  };
  await control('POST', 'accounts/password', { skId: 'SK001', password: 'new' });
  for (let count = 0; count < 5; count++) await logIn('password-SK001');
  expect(await logIn('new')).toBe(423);
  await control('POST', 'accounts/unlock', { skId: 'SK001' });
  expect(await logIn('new')).toBe(200);
  expect((await control('POST', 'tokens/revoke', {})).value).toEqual({ revoked: 1 });
});

test('counts and lists are read and reset', async () => {
  await fetch(`${simulator.lmsUrl}/api/v1/auth/login`, { method: 'POST', body: '{}' });
  await fetch(`${simulator.chatUrl('one')}&requestId=1`, { method: 'POST', body: '{"text":"x"}' });
  await fetch(simulator.statisticsUrl, { method: 'POST', body: '{}' });
  const paths = ['requests/repeated', 'chat/messages?space=one', 'statistics/calls', 'completions', 'urls', 'clock'];
  for (const path of paths) expect((await control('GET', path)).status).toBe(200);
  expect((await control('GET', 'state')).value).toMatchObject({
    lms: { requests: 1 },
    chat: { created: 1 },
    statistics: { calls: 1 },
  });
  await control('POST', 'state/reset');
  expect((await control('GET', 'state')).value).toMatchObject({
    lms: { requests: 0 },
    chat: { created: 0 },
    statistics: { calls: 0 },
  });
  await simulator.setKnobs({ chat: { messageIntervalMs: 0 } });
  await fetch(`${simulator.chatUrl('one')}&requestId=1`, { method: 'POST', body: '{"text":"x"}' });
  expect(simulator.state().chat).toMatchObject({ created: 0, duplicates: 1 });
});

test.each([
  ['GET', 'nothing', undefined, 404],
  ['POST', 'cohorts', { cohorts: [] }, 400],
  ['POST', 'inquiries', { skId: 'unknown' }, 400],
  ['POST', 'rows/drop', { skId: 'SK001', list: 'grades' }, 400],
  ['GET', 'expected?skId=SK001&date=today', undefined, 400],
])('%s %s with a wrong request is an error', async (method, path, body, status) => {
  expect((await control(method, path, body)).status).toBe(status);
});

test('learners ask questions, and stop', async () => {
  await control('PATCH', 'knobs', { learners: { askEveryMs: 10, moderationMs: 5_000 } });
  await waitUntil(() => simulator.inquiries().length >= 3, { deadlineMs: 20_000, what: 'three questions' });
  await control('PATCH', 'knobs', { learners: { askEveryMs: null } });
  expect(simulator.inquiries().every(({ inquiry }) => /\p{Script=Hangul}/u.test(inquiry.title))).toBe(true);
});

describe('statistics server', () => {
  const trigger = { sk_ids: ['SK001'], target_date: '2025-01-20', data_types: ['vod', 'pbl', 'task', 'roadmap'] };
  const send = (body: unknown) => fetch(simulator.statisticsUrl, { method: 'POST', body: JSON.stringify(body) });

  test('accepts only triggers of the contract, and records every call', async () => {
    expect((await send(trigger)).status).toBe(200);
    expect((await send({ ...trigger, data_types: ['video'] })).status).toBe(400);
    expect((await send({ ...trigger, sk_ids: [] })).status).toBe(400);
    expect((await fetch(simulator.statisticsUrl)).status).toBe(405);
    expect(simulator.statisticsCalls()).toMatchObject([
      { outcome: 200, body: trigger },
      { outcome: 400 },
      { outcome: 400 },
      { outcome: 405, body: null },
    ]);
    expect(simulator.state().statistics).toMatchObject({ calls: 4, accepted: 1 });
  });

  test('fails by its rules, and records that too', async () => {
    const faults = [
      { fault: 'status', status: 503, retryAfterSeconds: 1, times: 1 } as const,
      { fault: 'reset', times: 1 } as const,
      { fault: 'hang', times: 1 } as const,
    ];
    await simulator.setKnobs({ statistics: { hangMs: 10, faults } });
    expect((await send(trigger)).headers.get('retry-after')).toBe('1');
    await expect(send(trigger)).rejects.toThrow();
    await expect(send(trigger)).rejects.toThrow();
    expect((await send(trigger)).status).toBe(200);
    expect(simulator.statisticsCalls().map((call) => call.outcome)).toEqual([503, 'reset', 'hung', 200]);
  });
});
