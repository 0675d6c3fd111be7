import { startSimulator, type Simulator } from '../../support/simulator';
import { readLms, type LmsReader } from './read-lms';

let simulator: Simulator;
let lms: LmsReader;

beforeEach(async () => {
  simulator = await startSimulator({ cohorts: 2, size: { students: 20 } });
  lms = await readLms(simulator, 'SK001');
});
afterEach(() => simulator.close());

test('a list has pages of the requested size, with each item once and in order', async () => {
  const whole = await lms.list('students');
  const inSevens = await lms.list('students', { limit: '7' });
  expect(whole.items).toHaveLength(20);
  expect(whole.pages).toBe(1);
  expect(inSevens.pages).toBe(3);
  expect(inSevens.items).toEqual(whole.items);
});

test('a short page has fewer items than requested', async () => {
  await simulator.setKnobs({ lms: { pageSize: 7 } });
  const { items, pages } = await lms.list('students', { limit: '100' });
  expect(items).toHaveLength(20);
  expect(pages).toBe(3);
});

test('shifted pages repeat an item and lose none', async () => {
  const whole = await lms.list('students');
  await simulator.setKnobs({ lms: { pageSize: 7, shiftedPages: true } });
  const { items } = await lms.list('students');
  expect(items.length).toBeGreaterThan(20);
  expect([...new Set(items.map((item) => item.studentId))]).toEqual(whole.items.map((item) => item.studentId));
});

test('an item that is dropped while a client reads the list moves no other item', async () => {
  const first = await lms.get('students', { limit: '7' });
  const page = (await first.json()) as { items: { studentId: string }[]; nextCursor: string };
  simulator.dropRows({ skId: 'SK001', list: 'students', ids: [page.items[0]!.studentId] });
  const rest = await lms.get('students', { cursor: page.nextCursor });
  expect(((await rest.json()) as { items: unknown[] }).items).toHaveLength(13);
});

test.each([
  ['a limit above 100', 'students', { limit: '101' }],
  ['a limit of nothing', 'students', { limit: '0' }],
  ['a cursor of another list', 'tasks', { cursor: 'bGlzdFN0dWRlbnRzOjM' }],
  ['a date that does not exist', 'students/SK001-s0001/vod-logs', { date: '2025-02-30' }],
  ['an instant without an offset', 'inquiries', { since: '2025-01-20T09:00:00' }],
])('%s is a bad request', async (_what, path, query) => {
  expect((await lms.get(path, query)).status).toBe(400);
});

test('an identifier that a path must escape finds its own rows', async () => {
  const { items } = await lms.list('students');
  const awkward = items.map((item) => String(item.studentId)).find((id) => id.includes('/'));
  const answer = await lms.get(`students/${encodeURIComponent(awkward ?? '')}/vod-logs`, { date: '2025-01-20' });
  expect(answer.status).toBe(200);
  expect((await lms.get(`students/nobody/vod-logs`, { date: '2025-01-20' })).status).toBe(404);
});

test('inquiries are listed newest first from the requested instant, after their moderation', async () => {
  const at = (minute: number) => `2025-01-20T09:0${minute}:00+09:00`;
  simulator.addInquiry('SK001', { entryId: 'first', createdAt: at(1) });
  simulator.addInquiry('SK001', { entryId: 'third', createdAt: at(3) });
  simulator.addInquiry('SK001', { entryId: 'second', createdAt: '2025-01-20T00:02:00Z' });
  simulator.addInquiry('SK001', { entryId: 'held', createdAt: at(2), visibleAfterMs: 600_000 });
  simulator.addInquiry('SK002', { entryId: 'of another cohort', createdAt: at(4) });
  const ids = async (query: Record<string, string>) =>
    (await lms.list('inquiries', query)).items.map((item) => item.entryId);

  expect(await ids({})).toEqual(['third', 'second', 'first']);
  expect(await ids({ limit: '1' })).toEqual(['third', 'second', 'first']);
  expect(await ids({ since: at(2) })).toEqual(['third', 'second']);
  await simulator.setKnobs({ lms: { clockOffsetMs: 600_000, tokenLifetimeMs: 10_000_000 } });
  expect(await ids({ since: at(2) })).toEqual(['third', 'held', 'second']);
});

test('the same seed gives the same data, and another seed other data', async () => {
  const [same, other] = await Promise.all([
    startSimulator({ cohorts: 1, size: { students: 20 } }),
    startSimulator({ cohorts: 1, size: { students: 20 }, seed: 'another' }),
  ]);
  try {
    const rows = simulator.expectedRows('SK001', '2025-01-20');
    expect(same.expectedRows('SK001', '2025-01-20')).toEqual(rows);
    expect(other.expectedRows('SK001', '2025-01-20')).not.toEqual(rows);
  } finally {
    await Promise.all([same.close(), other.close()]);
  }
});

test('a completion that is reported twice counts once', async () => {
  const completion = {
    completionId: 'c-1',
    memberNo: '7',
    eduNo: 'e-1',
    chasiNo: 'SK001-u1-l1',
    completedAt: '2025-01-20T09:00:00+09:00',
    progressRate: 0.8,
  };
  const report = async () => (await lms.post('completions', completion)).json();
  expect(await report()).toEqual({ duplicate: false });
  expect(await report()).toEqual({ duplicate: true });
  expect(simulator.completions()).toEqual([{ ...completion, skId: 'SK001', reports: 2 }]);
  expect((await lms.post('completions', { ...completion, progressRate: 80 })).status).toBe(400);
});

test('a token is valid for its own account alone', async () => {
  const other = await readLms(simulator, 'SK002');
  expect((await lms.get('students')).status).toBe(200);
  expect((await fetch(`${simulator.lmsUrl}/api/v1/cohorts/SK001/students`)).status).toBe(401);
  expect((await fetch(`${simulator.lmsUrl}/api/v1/cohorts/SK001/students`, { headers: other.headers })).status).toBe(
    403,
  );
  expect((await fetch(`${simulator.lmsUrl}/api/v1/cohorts/SK999/students`, { headers: other.headers })).status).toBe(
    404,
  );
});

test('a log-in revokes the earlier tokens of the account, unless the knob is off', async () => {
  const newer = await readLms(simulator, 'SK001');
  expect((await lms.get('students')).status).toBe(401);
  await simulator.setKnobs({ lms: { loginRevokesEarlierTokens: false } });
  await readLms(simulator, 'SK001');
  expect((await newer.get('students')).status).toBe(200);
});

test('a token is over after its life-time, independent of expiresIn', async () => {
  await simulator.setKnobs({ lms: { tokenLifetimeMs: 60_000 } });
  const shortLived = await readLms(simulator, 'SK001');
  expect((await shortLived.get('students')).status).toBe(200);
  await simulator.setKnobs({ lms: { clockOffsetMs: 60_000 } });
  expect((await shortLived.get('students')).status).toBe(401);
});

test('a dead session gets empty lists with status 200', async () => {
  await simulator.setKnobs({ lms: { deadSession: 'empty' } });
  simulator.revokeTokens('SK001');
  expect(await (await lms.get('students')).json()).toEqual({ items: [], nextCursor: null });
  expect(await (await lms.get('roadmap')).json()).toEqual({ units: [] });
});

describe('wrong passwords', () => {
  const attempt = async (password: string) => {
    const body = JSON.stringify({ loginId: 'manager-SK001', password });
    return (await fetch(`${simulator.lmsUrl}/api/v1/auth/login`, { method: 'POST', body })).status;
  };

  test('the fifth within ten minutes locks the account for thirty, also for the right password', async () => {
    for (let count = 0; count < 5; count++) expect(await attempt('wrong')).toBe(401);
    expect(await attempt('password-SK001')).toBe(423);
    expect(simulator.state().lms).toMatchObject({ wrongPasswords: 5, lockedAccounts: ['manager-SK001'] });
    await simulator.setKnobs({ lms: { clockOffsetMs: 30 * 60_000 } });
    expect(await attempt('password-SK001')).toBe(200);
  });

  test('a fifth one ten minutes after the first does not lock the account', async () => {
    for (let count = 0; count < 4; count++) expect(await attempt('wrong')).toBe(401);
    await simulator.setKnobs({ lms: { clockOffsetMs: 10 * 60_000 + 1 } });
    expect(await attempt('wrong')).toBe(401);
    expect(await attempt('password-SK001')).toBe(200);
  });
});
