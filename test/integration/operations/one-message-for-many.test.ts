import { openLmsAccounts } from '../../../src/adapters/database/accounts/lms-accounts';
import { listOpenIncidents } from '../../../src/adapters/database/operations/incidents';
import { updateIncidents } from '../../../src/monitoring/watchdog';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { importCohortsOf, NIGHT_PLAN } from '../../support/service-rows';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test?.drop());

const execute = (sql: string) => test.database.execute(sql);
const open = async () => (await listOpenIncidents(test.database)).map(({ key }) => key);
const watch = () => updateIncidents(test.database, NIGHT_PLAN);
const told = async () => {
  const rows = await test.database.query<{ content: string }>('SELECT content FROM openeg_chat_outbox ORDER BY id');
  return rows.map((row) => (JSON.parse(row.content) as { rich: { text: string } }).rich.text);
};

it('sends one message about many cohorts, and one when there were few for five minutes', async () => {
  await importCohortsOf(test.database, 40);
  const fail = (minutes: number) =>
    execute(
      `UPDATE openeg_inquiry_checks SET failing_since = UTC_TIMESTAMP(3) - INTERVAL ${minutes} MINUTE,
         failure_code = ELT(1 + CRC32(sk_id) % 3, 'LMS_BAD_PAGE', 'LMS_UNAVAILABLE', 'UNEXPECTED')`,
    );
  await fail(16);
  await watch();
  await watch();
  expect(await open()).toEqual(['many/checks']);
  await execute('UPDATE openeg_inquiry_checks SET failing_since = NULL');
  await watch();
  await fail(1);
  await watch();
  await execute('UPDATE openeg_inquiry_checks SET failing_since = NULL');
  await watch();
  expect(await open()).toEqual(['many/checks']);
  await execute('UPDATE openeg_incidents SET well_since = well_since - INTERVAL 5 MINUTE');
  await watch();
  expect(await open()).toEqual([]);
  expect(await told()).toEqual([expect.stringContaining('40개'), expect.stringContaining('해결됨')]);
});

it('sends one message about an LMS that refuses the log-in of many accounts, and none about the accounts', async () => {
  await importCohortsOf(test.database, 8);
  const accounts = openLmsAccounts(test.database);
  const loginIds = Array.from({ length: 8 }, (_, index) => `login-SK00${index + 1}`);
  for (const loginId of loginIds) {
    await accounts.beginLogin(loginId);
    await accounts.acceptLogin(loginId);
  }
  for (const loginId of loginIds) {
    await accounts.refuse({ loginId, skId: null, reason: 'wrong password' });
    await watch();
  }
  expect(await open()).toEqual(['lms-refuses-all']);
  await execute(
    "UPDATE openeg_lms_accounts SET proven_at = UTC_TIMESTAMP(3) + INTERVAL 1 SECOND WHERE login_id = 'login-SK001'",
  );
  await watch();
  expect(await open()).toEqual([]);
  expect(await told()).toHaveLength(2);
});
