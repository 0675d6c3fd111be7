import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LmsAccounts } from '../../../src/adapters/database/accounts/lms-accounts';
import type { LmsAccount } from '../../../src/adapters/lms/lms-client';
import { createTestLmsClient, type TestLmsClient } from '../../support/lms-client';

/* Learners paste pictures into their questions: a page of 100 can be larger than the memory of the process. */

const options = { signal: new AbortController().signal };
const account: LmsAccount = { skId: 'SK001', loginId: 'manager', password: 'password' };
const MEGABYTE = 1024 * 1024;
const SINCE = new Date(0);

let server: Server;
let client: TestLmsClient;
let limits: number[] = [];
let sizes: number[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://lms');
    if (pathname.endsWith('/auth/login')) return response.end(JSON.stringify({ accessToken: 'token', expiresIn: 1 }));
    const limit = Number(searchParams.get('limit'));
    limits.push(limit);
    const start = Number(searchParams.get('cursor') ?? 0);
    const items = sizes.slice(start, start + limit).map((bytes, index) => ({
      ...{ entryId: `질문-${start + index}`, content: `"nextCursor": "no", ${'x'.repeat(bytes)}`, title: '' },
      ...{ taskId: `T${start + index}`, submissionType: 'file', createdAt: '2025-01-20T09:00:00+09:00' },
    }));
    const nextCursor = start + limit < sizes.length ? String(start + limit) : null;
    return response.end(JSON.stringify({ items, nextCursor }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  limits = [];
  const accounts: LmsAccounts = {
    beginLogin: () =>
      Promise.resolve({ kind: 'granted', isProven: true, attempt: { openLogins: 1, begunAt: new Date() } }),
    acceptLogin: () => Promise.resolve(),
    forgetLogin: () => Promise.resolve(),
    refuse: () => Promise.resolve({ isShared: false }),
    findCohortHold: () => Promise.resolve(undefined),
    acceptCohort: () => Promise.resolve(),
  };
  client = createTestLmsClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accounts });
});
afterEach(() => client.access.close());

const entryIds = (numbers: readonly number[]) => numbers.map((number) => `질문-${number}`).sort();
const all = (count: number) => Array.from({ length: count }, (_, index) => index);

it('reads a list whose page is too large in smaller pages, and begins the next listing with a small one', async () => {
  sizes = [...Array<number>(12).fill(1.3 * MEGABYTE), 10];
  for (const first of [100, 6]) {
    limits = [];
    const { inquiries, unreadable } = await client.lms.listInquiries(account, SINCE, options);
    expect(inquiries.map(({ entryId }) => entryId).sort()).toEqual(entryIds(all(13)));
    expect(unreadable).toEqual([]);
    expect(limits[0]).toBe(first);
    expect(limits.at(-1)).toBe(3);
  }
  sizes = [10];
  for (const limit of [6, 12, 24, 48, 96, 100, 100]) {
    limits = [];
    await client.lms.listInquiries(account, SINCE, options);
    expect(limits).toEqual([limit]);
  }
});

it('keeps little of each picture in memory', async () => {
  sizes = Array<number>(8).fill(MEGABYTE);
  const { inquiries } = await client.lms.listInquiries(account, SINCE, options);
  expect(inquiries.map(({ content }) => content?.length)).toEqual(Array<number>(8).fill(32_000));
});

it('names one inquiry that alone is too large and reads the rest; another list with such an item fails whole', async () => {
  sizes = [10, 33 * MEGABYTE, 10, 10];
  const { inquiries, unreadable, lmsTime } = await client.lms.listInquiries(account, SINCE, options);
  expect(inquiries.map(({ entryId }) => entryId).sort()).toEqual(entryIds([0, 2, 3]));
  expect(unreadable).toEqual([{ entryId: '질문-1', problem: 'item: is too large to be read' }]);
  expect(lmsTime).toBeInstanceOf(Date);
  await expect(client.lms.listTasks(account, options)).rejects.toMatchObject({
    code: 'LMS_BAD_PAGE',
    message: expect.stringContaining('listTasks: the LMS answered more than 32 MB') as unknown,
  });
});
