import type { LmsAccount, LmsClient } from '../../../src/adapters/lms/lms-client';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { createTestLmsClient, type TestLmsClient } from '../../support/lms-client';
import { startSimulator, type Simulator } from '../../support/simulator';
import { waitUntil } from '../../support/wait-until';

const SINCE = new Date('2025-01-01T00:00:00Z');
const options = { signal: new AbortController().signal };

let test: TestDatabase;
let simulator: Simulator;
let client: TestLmsClient;
let lms: LmsClient;
let account: LmsAccount;
let cohorts = 0;

beforeAll(async () => {
  [test, simulator] = await Promise.all([createTestDatabase(), startSimulator({ size: { students: 23, tasks: 9 } })]);
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

describe('sessions', () => {
  it('logs in once for fifty calls at once', async () => {
    await Promise.all(Array.from({ length: 50 }, () => lms.listTasks(account, options)));
    expect(simulator.state().lms.logins).toBe(1);
    expect(simulator.state().lms.offences).toBe(0);
  });

  it('goes on when the token is revoked between two pages', async () => {
    await simulator.setKnobs({
      lms: { pageSize: 5, faults: [{ fault: 'revoke-token', operations: ['listStudents'], skip: 2, times: 1 }] },
    });
    expect(await lms.listStudents(account, options)).toHaveLength(23);
    expect(simulator.state().lms).toMatchObject({ logins: 2, byCohort: { [account.skId]: { listStudents: 6 } } });
  });

  it('logs in once when another log-in revoked the token of many calls at once', async () => {
    await lms.listTasks(account, options);
    const response = await fetch(`${simulator.lmsUrl}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ loginId: account.loginId, password: account.password }),
    });
    expect(response.status).toBe(200);
    await Promise.all(Array.from({ length: 50 }, () => lms.listTasks(account, options)));
    expect(simulator.state().lms.logins).toBe(1 + 1 + 1);
  });

  it('counts a second 401 as a failed try', async () => {
    await simulator.setKnobs({ lms: { faults: [{ fault: 'status', status: 401, operations: ['listTasks'] }] } });
    await expect(lms.listTasks(account, options)).rejects.toMatchObject({
      code: 'LMS_SESSION_REJECTED',
      retryable: true,
    });
    expect(simulator.state().lms.byCohort[account.skId]).toEqual({ listTasks: 5 * 2 });
  });

  it('shares a session between cohorts of one account, until it is forgotten', async () => {
    const sibling = simulator.addCohort({
      skId: `SK${++cohorts}`,
      loginId: account.loginId,
      password: account.password,
    });
    await lms.listTasks(account, options);
    await lms.listTasks(sibling, options);
    expect(simulator.state().lms.logins).toBe(1);
    lms.forgetSession(account);
    await lms.listTasks(sibling, options);
    expect(simulator.state().lms.logins).toBe(2);
  });
});

describe('the evidence of a session', () => {
  it('is doubtful after an empty list, proven by a later list, and of a new generation after its end', async () => {
    simulator.dropRows({ skId: account.skId, list: 'tasks' });
    expect(lms.session(account)).toEqual({ generation: 0, newestDoubtful: -1, isProven: true });
    await lms.listStudents(account, options);
    await lms.listTasks(account, options);
    expect(lms.session(account)).toEqual({ generation: 0, newestDoubtful: -1, isProven: false });
    await lms.listStudents(account, options);
    expect(lms.session(account)).toEqual({ generation: 0, newestDoubtful: -1, isProven: true });

    simulator.revokeTokens(account.skId);
    await lms.listTasks(account, options);
    expect(lms.session(account)).toEqual({ generation: 1, newestDoubtful: -1, isProven: false });
    lms.forgetSession(account);
    expect(lms.session(account)).toEqual({ generation: 2, newestDoubtful: 1, isProven: true });
  });

  it('is not doubtful after a list of inquiries that is empty', async () => {
    await lms.listInquiries(account, SINCE, options);
    expect(lms.session(account)).toMatchObject({ isProven: true });
  });
});

describe('many at once', () => {
  it('never has more requests in flight than the limit, whatever breaks', async () => {
    await simulator.setKnobs({
      lms: {
        latencyMs: 40,
        jitterMs: 20,
        resetLingerMs: 1_000,
        faults: [
          { fault: 'reset', probability: 0.005 },
          { fault: 'cut-body', probability: 0.01 },
          { fault: 'status', status: 500, probability: 0.03 },
          { fault: 'revoke-token', probability: 0.02 },
        ],
      },
    });
    const lists = await Promise.all(Array.from({ length: 400 }, () => lms.listTasks(account, options)));
    expect(lists.every((tasks) => tasks.length === 9)).toBe(true);
    const { offences, peakInFlight } = simulator.state().lms;
    expect(offences).toBe(0);
    expect(peakInFlight).toBeLessThanOrEqual(15);
    // The limit was reached or nearly so: a busy machine can stay a little below it.
    expect(peakInFlight).toBeGreaterThan(10);
  });

  it('lets an inquiry check pass a collection that waits', async () => {
    await lms.listTasks(account, options);
    await simulator.setKnobs({ lms: { latencyMs: 20 } });
    let collected = 0;
    const collection = Promise.all(
      Array.from({ length: 300 }, () => lms.listTasks(account, options).then(() => (collected += 1))),
    );
    await lms.listInquiries(account, SINCE, options);
    expect(collected).toBeLessThan(100);
    await collection;
  });

  it('ends waiting calls and requests in flight when the signal aborts', async () => {
    await lms.listTasks(account, options);
    await simulator.setKnobs({ lms: { latencyMs: 1_000 } });
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const calls = Array.from({ length: 40 }, () =>
      lms.listTasks(account, { signal: stop.signal }).catch((error: unknown) => error),
    );
    await waitUntil(() => simulator.state().lms.inFlight === 15, { deadlineMs: 60_000, what: 'all slots are busy' });
    stop.abort(reason);
    expect(new Set(await Promise.all(calls))).toEqual(new Set([reason]));
    expect(client.access.quietInMs()).toBeGreaterThan(0);
  });

  it('lets requests in flight be answered on closing, and fails the rest for another process', async () => {
    await lms.listTasks(account, options);
    await simulator.setKnobs({ lms: { latencyMs: 200 } });
    const calls = Array.from({ length: 40 }, () =>
      lms.listTasks(account, options).then(
        () => 'answered',
        (error: { code?: string }) => error.code,
      ),
    );
    await waitUntil(() => simulator.state().lms.inFlight === 15, { deadlineMs: 60_000, what: 'all slots are busy' });
    // Requests in flight, and those that were answered before all slots were busy at once.
    const arrived = (simulator.state().lms.byCohort[account.skId]?.listTasks ?? 0) - 1;
    await client.access.close();
    const ends = await Promise.all(calls);
    expect(arrived).toBeGreaterThanOrEqual(15);
    expect(arrived).toBeLessThan(40);
    expect(ends.filter((end) => end === 'answered')).toHaveLength(arrived);
    expect(ends.filter((end) => end === 'LMS_LEASE_LOST')).toHaveLength(40 - arrived);
    expect(client.access.quietInMs()).toBe(0);
  });
});
