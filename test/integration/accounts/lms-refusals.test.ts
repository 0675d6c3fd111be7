import { randomBytes } from 'node:crypto';
import type { LmsOperation } from '../../../simulator/knobs';
import { deactivateCohort } from '../../../src/adapters/database/accounts/cohorts';
import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import { clearHolds, openLmsAccounts, type LmsAccounts } from '../../../src/adapters/database/accounts/lms-accounts';
import { gatherServiceFacts } from '../../../src/adapters/database/operations/service-facts';
import type { LmsAccount, LmsClient } from '../../../src/adapters/lms/lms-client';
import { createSecretBox } from '../../../src/adapters/secret-box';
import type { ServiceError } from '../../../src/domain/shared/service-error';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { createTestLmsClient, type TestLmsClient } from '../../support/lms-client';
import { startSimulator, type Simulator } from '../../support/simulator';
import { waitUntil } from '../../support/wait-until';

/* Holds of accounts, of accounts for one cohort, and what is the LMS's trouble (decision 0016). */

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

describe('a refusal', () => {
  const refuse = (status: number, code: string, operations: LmsOperation[], cohort?: string) =>
    simulator.setKnobs({
      lms: {
        faults: [{ fault: 'status', status, code, operations, ...(cohort === undefined ? {} : { cohorts: [cohort] }) }],
      },
    });
  const addSibling = () =>
    simulator.addCohort({ skId: `SK${++cohorts}`, loginId: account.loginId, password: account.password });
  const tasksAsked = (skId: string) => simulator.state().lms.byCohort[skId]?.listTasks ?? 0;

  it('of one cohort leaves alone the account for that cohort, also after a restart, and no other', async () => {
    const sibling = addSibling();
    await refuse(403, 'FORBIDDEN', ['listTasks'], account.skId);
    const lms = newLife();
    expect(await failureOf(lms.listTasks(account, options))).toMatchObject({ code: 'LMS_ACCOUNT_REFUSED' });
    for (const life of [lms, newLife()]) {
      expect(await failureOf(life.listTasks(account, options))).toMatchObject({
        code: 'LMS_ACCOUNT_HELD',
        message: expect.stringContaining('left alone for this cohort until') as unknown,
      });
      expect(await life.listTasks(sibling, options)).toHaveLength(2);
    }
    expect(tasksAsked(account.skId)).toBe(1);

    await clearHolds(test.database, [account.loginId]);
    await simulator.setKnobs({ lms: { faults: [] } });
    expect(await lms.listTasks(account, options)).toHaveLength(2);
    expect(
      await test.database.query('SELECT * FROM openeg_lms_refusals WHERE login_id = ?', [account.loginId]),
    ).toEqual([]);
  });

  it('of a log-in by a page of a proxy holds nobody, and locks nothing', async () => {
    await simulator.setKnobs({ lms: { faults: [{ fault: 'status', status: 401, operations: ['login'] }] } });
    for (let life = 0; life < 5; life += 1) {
      expect(await failureOf(newLife().listTasks(wrong, options))).toMatchObject({ code: 'LMS_UNAVAILABLE' });
    }
    expect(simulator.state().lms.requests).toBe(3);
    expect(await findHold()).toBeUndefined();
  });

  describe('of many accounts within a minute', () => {
    let accounts: LmsAccount[];

    beforeEach(async () => {
      accounts = Array.from({ length: 6 }, () => simulator.addCohort({ skId: `SK${++cohorts}` }));
      const secretBox = createSecretBox(randomBytes(32));
      await importCohorts(
        test.database,
        secretBox,
        accounts.map(({ skId, loginId, password }) => ({
          skId,
          loginId,
          password,
          cohortName: skId,
          chatWebhookUrl: null,
        })),
      );
      const lms = newLife();
      for (const each of accounts) await lms.listTasks(each, options);
    });
    afterEach(async () => {
      for (const { skId } of accounts) await deactivateCohort(test.database, skId);
      await test.database.execute("DELETE FROM openeg_service_state WHERE name = 'lms_refuses_everybody'");
    });

    const refusedOnes = (many: readonly LmsAccount[]) =>
      Promise.all(
        many.map(async (each) => ((await failureOf(newLife().listTasks(each, options))) as ServiceError).code),
      );
    const heldOnes = async () => {
      const held = await test.database.query<{ login_id: string }>(
        'SELECT login_id FROM openeg_lms_accounts WHERE held_until IS NOT NULL AND login_id IN (?)',
        [accounts.map(({ loginId }) => loginId)],
      );
      return held.length;
    };

    it("is the LMS's trouble: nobody is held, all are asked again, and none is ever locked", async () => {
      await refuse(401, 'INVALID_CREDENTIALS', ['login']);
      await refusedOnes(accounts.slice(0, 4));
      expect(await heldOnes()).toBe(4);
      expect(await refusedOnes(accounts.slice(4))).toEqual(['LMS_UNAVAILABLE', 'LMS_UNAVAILABLE']);
      expect(await heldOnes()).toBe(0);
      // Later ones are refused one by one: it is still the same trouble.
      await test.database.execute('UPDATE openeg_lms_refusals SET refused_at = refused_at - INTERVAL 2 MINUTE');
      expect(await refusedOnes(accounts.slice(0, 1))).toEqual(['LMS_UNAVAILABLE']);
      expect(await heldOnes()).toBe(0);

      for (let tick = 0; tick < 8; tick += 1) await refusedOnes(accounts);
      // Each account's first log-in, and three that may have counted: the fourth waits.
      expect(simulator.state().lms.byOperation.login).toBe(accounts.length * (1 + 3));
      await simulator.setKnobs({ lms: { faults: [] } });
      await test.database.execute('UPDATE openeg_lms_accounts SET attempted_at = attempted_at - INTERVAL 570 SECOND');
      expect(await newLife().listTasks(accounts[0]!, options)).toHaveLength(2);
      // An account has logged in: whoever is refused now has a trouble of its own.
      await refuse(401, 'INVALID_CREDENTIALS', ['login']);
      await test.database.execute('UPDATE openeg_lms_refusals SET refused_at = refused_at - INTERVAL 2 MINUTE');
      expect(await refusedOnes(accounts.slice(1, 2))).toEqual(['LMS_ACCOUNT_REFUSED']);
    });

    it("is the LMS's trouble also where it refuses their cohorts", async () => {
      await refuse(403, 'FORBIDDEN', ['listTasks']);
      await refusedOnes(accounts.slice(0, 4));
      expect(await refusedOnes(accounts.slice(4))).toEqual(['LMS_UNAVAILABLE', 'LMS_UNAVAILABLE']);
      await simulator.setKnobs({ lms: { faults: [] } });
      for (const each of accounts) expect(await newLife().listTasks(each, options)).toHaveLength(2);
    });
  });
});

it('takes back one log-in at most, however often it is said', async () => {
  const accounts = openLmsAccounts(test.database);
  const begin = async () => {
    const permit = await accounts.beginLogin(account.loginId);
    if (permit.kind !== 'granted') throw new Error(`The log-in is not granted: ${permit.kind}`);
    return permit.attempt;
  };
  const open = async () =>
    (
      await test.database.query<{ open_attempts: number }>(
        'SELECT open_attempts FROM openeg_lms_accounts WHERE login_id = ?',
        [account.loginId],
      )
    )[0]?.open_attempts;
  await begin();
  const second = await begin();
  for (let time = 0; time < 3; time += 1) await accounts.forgetLogin(account.loginId, second);
  expect(await open()).toBe(1);
  await begin();
  await accounts.forgetLogin(account.loginId, second);
  expect(await open()).toBe(2);
});
