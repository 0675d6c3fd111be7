import { clearHolds, openLmsAccounts, type LmsAccounts } from '../../../src/adapters/database/accounts/lms-accounts';
import { gatherServiceFacts } from '../../../src/adapters/database/operations/service-facts';
import type { LmsAccount, LmsClient } from '../../../src/adapters/lms/lms-client';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { createTestLmsClient, type TestLmsClient } from '../../support/lms-client';
import { startSimulator, type Simulator } from '../../support/simulator';
import { waitUntil } from '../../support/wait-until';

/* The LMS locks an account for half an hour after five wrong passwords in ten minutes (contract section 1). */

const options = { signal: new AbortController().signal };

let test: TestDatabase;
let simulator: Simulator;
let account: LmsAccount;
let wrong: LmsAccount;
let cohorts = 0;
const lives: TestLmsClient[] = [];

beforeAll(async () => {
  [test, simulator] = await Promise.all([createTestDatabase(), startSimulator({ size: { students: 3, tasks: 2 } })]);
});
afterAll(() => Promise.all([test?.drop(), simulator?.close()]));

beforeEach(() => {
  account = simulator.addCohort({ skId: `SK${++cohorts}` });
  wrong = { ...account, password: 'wrong' };
});
afterEach(async () => {
  await Promise.all(lives.splice(0).map((life) => life.access.close()));
  await waitUntil(() => simulator.state().lms.inFlight === 0, { deadlineMs: 60_000, what: 'the LMS is done' });
  await simulator.setKnobs({ lms: { faults: [], resetLingerMs: 0 } });
  simulator.resetCounts();
});

/** A new process: it knows only what the database has. */
function newLife(accounts: LmsAccounts = openLmsAccounts(test.database)): LmsClient {
  const life = createTestLmsClient({ baseUrl: simulator.lmsUrl, accounts });
  lives.push(life);
  return life.lms;
}

async function findHold() {
  const plan = { collectionTime: '02:00', dataTypes: [] };
  const { heldAccounts } = await gatherServiceFacts(test.database, plan, ['heldAccounts']);
  return heldAccounts.find(({ loginId }) => loginId === account.loginId);
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Moves the account's times into the past, as if so many minutes had passed. */
async function minutesLater(minutes: number): Promise<void> {
  await test.database.execute(
    `UPDATE openeg_lms_accounts SET attempted_at = attempted_at - INTERVAL ? SECOND,
       held_until = held_until - INTERVAL ? SECOND WHERE login_id = ?`,
    [minutes * 60, minutes * 60, account.loginId],
  );
}

describe('a wrong password', () => {
  it('is tried once, however many calls there are, and not again after restarts', async () => {
    const lms = newLife();
    const failures = await Promise.all(Array.from({ length: 50 }, () => failureOf(lms.listTasks(wrong, options))));
    for (const failure of failures) expect(failure).toMatchObject({ code: 'LMS_ACCOUNT_REFUSED' });
    for (const life of [lms, newLife(), newLife()]) {
      expect(await failureOf(life.listTasks(wrong, options))).toMatchObject({
        code: 'LMS_ACCOUNT_HELD',
        message: expect.stringMatching(
          /until \d{4}-\d\d-\d\d \d\d:\d\d KST, because the LMS answered 401 \(INVALID_CREDENTIALS\)/,
        ),
      });
    }
    expect(simulator.state().lms).toMatchObject({ wrongPasswords: 1, requests: 1 });
    expect(await findHold()).toMatchObject({
      isHeldNow: true,
      until: expect.any(Date) as unknown,
      reason: 'the LMS answered 401 (INVALID_CREDENTIALS) to the log-in',
    });
  });

  it('never appears in an error, nor does the account', async () => {
    const secret = { ...account, loginId: account.loginId, password: 'SECRET-PASSWORD' };
    const failure = await failureOf(newLife().listTasks(secret, options));
    expect(JSON.stringify([String(failure), (failure as Error).stack])).not.toContain('SECRET-PASSWORD');
    expect((failure as Error).message).toContain(account.skId);
  });

  it('is tried again after half an hour', async () => {
    await failureOf(newLife().listTasks(wrong, options));
    await minutesLater(29);
    expect(await failureOf(newLife().listTasks(account, options))).toMatchObject({ code: 'LMS_ACCOUNT_HELD' });
    await minutesLater(1.1);
    expect(await newLife().listTasks(account, options)).toHaveLength(2);
  });

  it('is tried again at once after an import, and a right one ends the hold', async () => {
    const lms = newLife();
    await failureOf(lms.listTasks(wrong, options));
    await clearHolds(test.database, [account.loginId]);
    expect(await lms.listTasks(account, options)).toHaveLength(2);
    expect(await findHold()).toBeUndefined();
  });

  it('locks nothing even when it is imported again and again', async () => {
    const codes: unknown[] = [];
    for (let time = 0; time < 8; time += 1) {
      codes.push(((await failureOf(newLife().listTasks(wrong, options))) as { code: string }).code);
      await clearHolds(test.database, [account.loginId]);
    }
    expect(codes).toEqual([
      ...Array<string>(3).fill('LMS_ACCOUNT_REFUSED'),
      ...Array<string>(5).fill('LMS_UNAVAILABLE'),
    ]);
    expect(simulator.state().lms).toMatchObject({ wrongPasswords: 3, lockedAccounts: [] });
    await minutesLater(1);
    expect(await newLife().listTasks(account, options)).toHaveLength(2);
  });

  it('is never tried five times in ten minutes, and is not left alone longer than that needs', async () => {
    const accounts = openLmsAccounts(test.database);
    const attemptedAtMs: number[] = [];
    for (let nowMs = 0; attemptedAtMs.length < 12;) {
      const permit = await accounts.beginLogin(account.loginId);
      if (permit.kind === 'granted') attemptedAtMs.push(nowMs);
      if (permit.kind !== 'wait') continue;
      nowMs += permit.waitMs;
      await minutesLater(permit.waitMs / 60_000);
    }
    expect(attemptedAtMs[2]).toBe(0);
    expect(attemptedAtMs[3]).toBeLessThan(60_000);
    for (const [index, at] of attemptedAtMs.slice(4).entries()) {
      expect(at - attemptedAtMs[index]!).toBeGreaterThan(10 * 60_000);
    }
    for (const [index, at] of attemptedAtMs.slice(1).entries()) {
      expect(at - attemptedAtMs[index]!).toBeLessThan(10 * 60_000);
    }
  });

  it.each([
    ['whose answer is always lost', { fault: 'lose-answer' as const }],
    ['whose answer is always cut off', { fault: 'cut-body' as const }],
  ])('locks nothing %s', async (_what, fault) => {
    await simulator.setKnobs({ lms: { faults: [{ ...fault, operations: ['login'] }] } });
    for (let life = 0; life < 5; life += 1) {
      expect(await failureOf(newLife().listTasks(wrong, options))).toMatchObject({
        retryable: expect.any(Boolean) as unknown,
      });
    }
    expect(simulator.state().lms.lockedAccounts).toEqual([]);
    expect(simulator.state().lms.wrongPasswords).toBeLessThanOrEqual(4);
  });

  it('locks nothing in a process that is killed during each log-in', async () => {
    const accounts = openLmsAccounts(test.database);
    const killed = new Error('killed');
    const dying: LmsAccounts = {
      beginLogin: accounts.beginLogin,
      acceptLogin: () => Promise.reject(killed),
      forgetLogin: () => Promise.reject(killed),
      refuse: () => Promise.reject(killed),
      findCohortHold: accounts.findCohortHold,
      acceptCohort: accounts.acceptCohort,
    };
    for (let life = 0; life < 12; life += 1) await failureOf(newLife(dying).listTasks(wrong, options));
    expect(simulator.state().lms).toMatchObject({ wrongPasswords: 3, lockedAccounts: [] });
    expect(await failureOf(newLife().listTasks(wrong, options))).toMatchObject({
      code: 'LMS_UNAVAILABLE',
      retryAfterMs: expect.any(Number) as unknown,
      message: expect.stringContaining('left log-ins without an answer') as unknown,
    });
    await minutesLater(10.1);
    expect(await failureOf(newLife().listTasks(wrong, options))).toMatchObject({ code: 'LMS_ACCOUNT_REFUSED' });
  });
});

describe('a right password', () => {
  it('is not delayed by an LMS that fails, however long', async () => {
    const lms = newLife();
    await lms.listTasks(account, options);
    for (const fault of [
      { fault: 'status' as const, status: 500 },
      { fault: 'status' as const, status: 429 },
      { fault: 'html-page' as const },
    ]) {
      await simulator.setKnobs({ lms: { faults: [{ ...fault, operations: ['login'] }] } });
      lms.forgetSession(account);
      for (let call = 0; call < 3; call += 1) {
        expect(await failureOf(lms.listTasks(account, options))).toMatchObject({ retryable: true });
      }
    }
    await simulator.setKnobs({ lms: { faults: [] } });
    expect(await lms.listTasks(account, options)).toHaveLength(2);
  });

  it('is not delayed by an LMS that is away before the first log-in', async () => {
    await simulator.setKnobs({ lms: { availability: 'refuse' } });
    for (let call = 0; call < 3; call += 1) {
      expect(await failureOf(newLife().listTasks(account, options))).toMatchObject({ code: 'LMS_UNAVAILABLE' });
    }
    await simulator.setKnobs({ lms: { availability: 'unavailable' } });
    for (let call = 0; call < 3; call += 1) await failureOf(newLife().listTasks(account, options));
    await simulator.setKnobs({ lms: { availability: 'up' } });
    expect(await newLife().listTasks(account, options)).toHaveLength(2);
  });

  it.each([{ fault: 'status' as const, status: 500 }, { fault: 'reset' as const }, { fault: 'html-page' as const }])(
    'waits a minute for an LMS that failed before it was ever tried, $fault',
    async (fault) => {
      await simulator.setKnobs({ lms: { faults: [{ ...fault, operations: ['login'] }] } });
      await failureOf(newLife().listTasks(account, options));
      await simulator.setKnobs({ lms: { faults: [] } });
      expect(await failureOf(newLife().listTasks(account, options))).toMatchObject({ retryable: true });
      await minutesLater(1);
      expect(await newLife().listTasks(account, options)).toHaveLength(2);
    },
  );

  it.each([
    [403, 'ACCOUNT_DISABLED'],
    [423, 'ACCOUNT_LOCKED'],
  ])('is left alone for half an hour after %i (%s) to any request', async (status, code) => {
    const lms = newLife();
    await lms.listTasks(account, options);
    await simulator.setKnobs({ lms: { faults: [{ fault: 'status', status, code, operations: ['listStudents'] }] } });
    expect(await failureOf(lms.listStudents(account, options))).toMatchObject({
      code: 'LMS_ACCOUNT_REFUSED',
      message: expect.stringContaining(`answered ${status}`) as unknown,
    });
    const before = simulator.state().lms.requests;
    expect(await failureOf(lms.listTasks(account, options))).toMatchObject({ code: 'LMS_ACCOUNT_HELD' });
    expect(simulator.state().lms.requests).toBe(before);
  });
});
