import { MockActivityEnvironment } from '@temporalio/testing';
import { randomBytes } from 'node:crypto';
import {
  createOperationsLmsActivities,
  type AccountCheck,
} from '../../../src/activities/operations/operations-lms-activities';
import { deactivateCohort } from '../../../src/adapters/database/accounts/cohorts';
import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import type { LmsAccount, LmsClient } from '../../../src/adapters/lms/lms-client';
import { createSecretBox } from '../../../src/adapters/secret-box';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { createTestDatabase, type TestDatabase } from '../../support/database';

const secretBox = createSecretBox(randomBytes(32));
let test: TestDatabase;

beforeEach(async () => {
  test = await createTestDatabase();
  const account = (skId: string) => ({
    skId,
    cohortName: skId,
    loginId: `login-${skId}`,
    password: 'pw',
    chatWebhookUrl: null,
  });
  await importCohorts(test.database, secretBox, ['SK001', 'SK002', 'SK003', 'SK004'].map(account));
  await deactivateCohort(test.database, 'SK004');
});
afterEach(() => test.drop());

function check(listInquiries: LmsClient['listInquiries']): Promise<{ cohorts: AccountCheck[] }> {
  const activities = createOperationsLmsActivities({ database: test.database, secretBox, lms: { listInquiries } });
  return new MockActivityEnvironment().run(activities.checkLmsAccounts);
}

const nothing = { inquiries: [], unreadable: [], lmsTime: null };

it('asks the LMS once for each active cohort, and a failure concerns its cohort only', async () => {
  await test.database.execute("UPDATE openeg_gather_town_info SET login_secret = 'v1.other' WHERE sk_id = 'SK003'");
  const asked: LmsAccount[] = [];
  const { cohorts } = await check(async (account) => {
    asked.push(account);
    if (account.skId === 'SK002') throw new ServiceError('LMS_ACCOUNT_REFUSED', 'The LMS refused the log-in.');
    return nothing;
  });
  expect(cohorts).toEqual([
    { skId: 'SK001', ok: true },
    { skId: 'SK002', ok: false, code: 'LMS_ACCOUNT_REFUSED', message: 'The LMS refused the log-in.' },
    { skId: 'SK003', ok: false, code: 'CREDENTIALS_UNREADABLE', message: expect.stringContaining('SK003') },
  ]);
  expect(asked.map(({ skId, password }) => [skId, password])).toEqual([
    ['SK001', 'pw'],
    ['SK002', 'pw'],
  ]);
});

it('lets another worker try when this one has lost the lease', async () => {
  const lost = new ServiceError('LMS_LEASE_LOST', 'Not now.');
  await expect(check(() => Promise.reject(lost))).rejects.toBe(lost);
});
