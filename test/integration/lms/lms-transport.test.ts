import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LmsAccounts } from '../../../src/adapters/database/accounts/lms-accounts';
import type { LmsAccessOptions } from '../../../src/adapters/lms/access/lms-access';
import type { LmsAccount } from '../../../src/adapters/lms/lms-client';
import { createLogger, type Logger } from '../../../src/adapters/logger';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { createTestLmsClient, type TestLmsClient } from '../../support/lms-client';
import { waitUntil } from '../../support/wait-until';

const options = { signal: new AbortController().signal };
const account: LmsAccount = { skId: 'SK 01/가', loginId: 'manager', password: 'password' };
/** Every log-in may be sent, and nothing is recorded. */
const alwaysGranted: LmsAccounts = {
  beginLogin: () =>
    Promise.resolve({ kind: 'granted', isProven: true, attempt: { openLogins: 1, begunAt: new Date() } }),
  acceptLogin: () => Promise.resolve(),
  forgetLogin: () => Promise.resolve(),
  refuse: () => Promise.resolve({ isShared: false }),
  findCohortHold: () => Promise.resolve(undefined),
  acceptCohort: () => Promise.resolve(),
};

let server: Server;
let client: TestLmsClient | undefined;
let seen: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push({ method: request.method!, url: request.url!, headers: request.headers });
    if (request.url!.endsWith('/auth/login')) response.end(JSON.stringify({ accessToken: 'token', expiresIn: 1 }));
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
  answer = (_request, response) => response.end('{"items":[],"nextCursor":null}');
});
afterEach(() => client?.access.close());

function lms(given: Partial<LmsAccessOptions> & { path?: string; logger?: Logger } = {}) {
  const { path = '', ...rest } = given;
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  client = createTestLmsClient({ baseUrl, accounts: alwaysGranted, ...rest });
  return client.lms;
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as ServiceError,
  );
const asked = () => seen.map(({ method, url }) => `${method} ${url}`);

describe('requests', () => {
  it.each(['', '/', '/lms/profile', '/lms/profile/'])(
    'go below the path %p of the base URL, each part encoded',
    async (path) => {
      await lms({ path }).listPblSubmissions(account, 'p?1#a%', options);
      const prefix = path.replace(/\/$/, '');
      expect(asked()).toEqual([
        `POST ${prefix}/api/v1/auth/login`,
        `GET ${prefix}/api/v1/cohorts/SK%2001%2F%EA%B0%80/pbl/problems/p%3F1%23a%25/submissions?limit=100`,
      ]);
      expect(seen[1]!.headers).toMatchObject({ authorization: 'Bearer token', accept: 'application/json' });
    },
  );

  it.each(['..', '.', '', '\ud800'])('are not made for the id %p, which no URL can carry', async (taskId) => {
    expect(await failureOf(lms().listTaskSubmissions(account, taskId, options))).toMatchObject({
      code: 'LMS_BAD_PAGE',
    });
    expect(asked()).toEqual([]);
  });

  it('return the cursor unchanged', async () => {
    const cursors = ['a&b=c d', '가', null];
    answer = (_request, response) => response.end(JSON.stringify({ items: [], nextCursor: cursors.shift() }));
    await lms().listTasks({ ...account, skId: 'SK1' }, options);
    const queries = seen.slice(1).map(({ url }) => new URL(url, 'http://lms').searchParams.get('cursor'));
    expect(queries).toEqual([null, 'a&b=c d', '가']);
  });

  it('follow no redirect', async () => {
    answer = (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    expect(await failureOf(lms().listTasks(account, options))).toMatchObject({
      code: 'LMS_UNAVAILABLE',
      message: expect.stringContaining('answered 302') as unknown,
    });
    expect(seen.map(({ url }) => url)).not.toContain('/elsewhere');
  });
});

/** Bodies that real servers sent. */
function answerWith(name: string, headers: Record<string, string> = {}): void {
  answer = (_request, response) =>
    response.writeHead(200, headers).end(readFileSync(join(__dirname, 'bodies', `${name}.body`)));
}

describe('bodies', () => {
  it('are asked for without compression', async () => {
    await lms().listTasks(account, options);
    expect(seen.map(({ headers }) => headers['accept-encoding'])).toEqual(['identity', 'identity']);
  });

  it('are read when a proxy compresses them nevertheless', async () => {
    answer = (_request, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync('{"items":[],"nextCursor":null}'));
    expect(await lms().listTasks(account, options)).toEqual([]);
  });

  it('are decoded by their charset', async () => {
    answerWith('students-euc-kr', { 'content-type': 'application/json; charset=euc-kr' });
    expect(await lms().listStudents(account, options)).toEqual([{ studentId: 'S1', name: '홍길동', status: 'active' }]);
  });

  it('that are no text are refused, and asked for once', async () => {
    answerWith('students-euc-kr', { 'content-type': 'application/json' });
    expect(await failureOf(lms().listStudents(account, options))).toMatchObject({
      code: 'LMS_BAD_PAGE',
      retryable: true,
      message: expect.stringContaining('listStudents: the LMS answered 200 with bytes that are no text') as unknown,
    });
    expect(seen).toHaveLength(2);
  });

  it('have instants of every form; one that a column cannot hold is named in the log', async () => {
    answerWith('tasks-lower-case-instant');
    const warned: unknown[] = [];
    const logger = { ...createLogger('silent'), warn: (facts: unknown) => warned.push(facts) } as unknown as Logger;
    const tasks = await lms({ logger }).listTasks(account, options);
    expect(tasks.map(({ dueAt }) => dueAt?.toISOString())).toEqual([
      '2025-01-20T10:00:00.000Z',
      '2017-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ]);
    expect(warned).toEqual([{ operation: 'listTasks', skId: account.skId, fields: ['T3.dueAt'], count: 1 }]);
  });

  it.each([
    ['inquiries-nameless-author', ['E1', 'E2', 'E3'], { studentName: null }],
    ['inquiries-without-title', ['E1', 'E2'], { title: null }],
    ['inquiries-number-id', ['4711', 'E2'], { entryId: '4711' }],
  ])('hold inquiries that are each read with what is known: %s', async (name, entryIds, known) => {
    answerWith(name);
    const { inquiries, unreadable } = await lms().listInquiries(account, new Date(0), options);
    expect(inquiries.map(({ entryId }) => entryId).sort()).toEqual(entryIds);
    expect(inquiries).toContainEqual(expect.objectContaining(known));
    expect(unreadable).toEqual([]);
  });

  it('name what cannot be read of a list of inquiries, and the rest is read', async () => {
    const good = { entryId: 'E1', title: '질문', content: '', createdAt: '2025-01-20T09:00:00+09:00' };
    const items = [{ ...good, entryId: 'E2', createdAt: null }, good, { title: 'no key' }];
    answer = (_request, response) => response.end(JSON.stringify({ items, nextCursor: null }));
    const { inquiries, unreadable } = await lms().listInquiries(account, new Date(0), options);
    expect(inquiries).toMatchObject([{ entryId: 'E1', title: '질문' }]);
    expect(unreadable).toEqual([
      { entryId: 'E2', problem: expect.stringContaining('createdAt: ') as unknown },
      { entryId: null, problem: expect.stringContaining('entryId: ') as unknown },
    ]);
  });
});

describe('answers', () => {
  it('are given up when they trickle for too long', async () => {
    answer = (_request, response) => {
      response.write(' ');
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    };
    const impatient = lms({
      requestTimeoutMs: 100,
      tryPolicy: { tries: 2, backoffMs: 1, backoffMostMs: 1, retryAfterMostMs: 0 },
    });
    expect(await failureOf(impatient.listTasks(account, options))).toMatchObject({
      code: 'LMS_UNAVAILABLE',
      message: expect.stringContaining('gave no whole answer within 0.1 s') as unknown,
    });
  });

  it('are given up when they are larger than any page can be', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, ' ');
    answer = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(megabyte));
        response.once('drain', more);
      };
      more();
    };
    const once = lms({ tryPolicy: { tries: 1, backoffMs: 1, backoffMostMs: 1, retryAfterMostMs: 0 } });
    expect(await failureOf(once.listTasks(account, options))).toMatchObject({ code: 'LMS_UNAVAILABLE' });
  });

  it('are put together from pieces that cut characters in two', async () => {
    const bytes = Buffer.from('{"items":[{"taskId":"t","title":"과제","submissionType":"file"}],"nextCursor":null}');
    answer = (_request, response) => {
      const cut = bytes.indexOf(Buffer.from('제')) + 1;
      response.write(bytes.subarray(0, cut), () => setImmediate(() => response.end(bytes.subarray(cut))));
    };
    expect(await lms().listTasks(account, options)).toMatchObject([{ title: '과제' }]);
  });
});

describe('the lease', () => {
  /** `away`: the lease cannot be renewed now and may come back. */
  function createLease() {
    let state: 'owned' | 'away' | 'lost' = 'owned';
    let waiters: { resolve(): void; reject(error: Error): void }[] = [];
    const lost = () => new ServiceError('LMS_LEASE_LOST', 'Another process owns it.');
    return {
      waiting: () => waiters.length,
      set(next: typeof state) {
        state = next;
        if (state === 'away') return;
        const woken = waiters;
        waiters = [];
        for (const waiter of woken)
          if (state === 'owned') waiter.resolve();
          else waiter.reject(lost());
      },
      lease: {
        isOwned: () => state === 'owned',
        assertOwned() {
          if (state !== 'owned') throw lost();
        },
        whenOwned: () =>
          state === 'lost'
            ? Promise.reject(lost())
            : new Promise<void>((resolve, reject) => waiters.push({ resolve, reject })),
      },
    };
  }

  it('is waited for while it is away: nothing is sent, no slot is taken, nothing fails', async () => {
    const { lease, set, waiting } = createLease();
    const asking = lms({ lease, maxConcurrentRequests: 2 });
    await asking.listTasks(account, options);
    set('away');
    const calls = Promise.all(Array.from({ length: 5 }, () => asking.listTasks(account, options)));
    await waitUntil(() => waiting() === 5, { deadlineMs: 60_000, what: 'all calls wait for the lease' });
    expect(seen).toHaveLength(2);
    expect((await client!.metrics.lmsInFlight.get()).values[0]!.value).toBe(0);
    set('owned');
    expect(await calls).toHaveLength(5);
    expect(seen).toHaveLength(2 + 5);
  });

  it('is checked again after a wait for a slot, and its loss ends waiting calls', async () => {
    const { lease, set, waiting } = createLease();
    const asking = lms({ lease, maxConcurrentRequests: 1 });
    await asking.listTasks(account, options);
    let release = () => {};
    answer = (_request, response) => {
      release = () => response.end('{"items":[],"nextCursor":null}');
    };
    const calls = Array.from({ length: 4 }, () => failureOf(asking.listTasks(account, options)));
    await waitUntil(() => seen.length === 3, { deadlineMs: 60_000, what: 'one request is at the LMS' });
    set('away');
    release();
    expect(await calls[0]).toBeUndefined();
    await waitUntil(() => waiting() === 3, { deadlineMs: 60_000, what: 'the others wait for the lease' });
    set('lost');
    for (const call of calls.slice(1)) expect(await call).toMatchObject({ code: 'LMS_LEASE_LOST', retryable: true });
    expect(seen).toHaveLength(3);
  });

  it('is checked once more on a new connection, right before the request is written', async () => {
    const { lease, set, waiting } = createLease();
    let frozen = false;
    const assertOwned = () => {
      // The process is frozen while its connection is being opened, and wakes when the term is over.
      if (!frozen) set('away');
      frozen = true;
      lease.assertOwned();
    };
    const connected = new Promise<void>((resolve) => server.once('connection', () => resolve()));
    const call = lms({ lease: { ...lease, assertOwned } }).listTasks(account, options);
    await connected;
    await waitUntil(() => waiting() === 1, { deadlineMs: 60_000, what: 'the log-in waits for the lease' });
    expect(seen).toEqual([]);
    set('owned');
    await call;
    expect(asked()).toHaveLength(2);
  });
});
