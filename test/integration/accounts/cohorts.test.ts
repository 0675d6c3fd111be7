import { randomBytes } from 'node:crypto';
import {
  deactivateCohort,
  listActiveCohorts,
  listCohorts,
  loadAccounts,
  loadChatSpaces,
} from '../../../src/adapters/database/accounts/cohorts';
import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import { createSecretBox } from '../../../src/adapters/secret-box';
import type { CohortAccount } from '../../../src/domain/accounts/cohort-account';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { createTestDatabase, type TestDatabase } from '../../support/database';

const key = randomBytes(32);
const box = createSecretBox(key);

function account(skId: string, changes: Partial<CohortAccount> = {}): CohortAccount {
  const own = { skId, cohortName: `${skId} 기수`, loginId: `login-${skId}`, password: `password-${skId}` };
  return { ...own, chatWebhookUrl: `https://chat.example.com/${skId}?key=k&token=t`, ...changes };
}

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

const snapshot = () => test.database.query('SELECT * FROM openeg_gather_town_info ORDER BY sk_id');
const checks = () =>
  test.database.query<{ sk_id: string; minutes: string; failing_since: Date | null }>(
    `SELECT sk_id, TIMESTAMPDIFF(SECOND, begins_at, UTC_TIMESTAMP(3)) / 60 AS minutes, failing_since
     FROM openeg_inquiry_checks ORDER BY sk_id`,
  );

describe('importCohorts', () => {
  it('stores secrets encrypted, and loads them decrypted', async () => {
    const result = await importCohorts(test.database, box, [
      account('SK001'),
      account('SK002', { chatWebhookUrl: null }),
    ]);
    expect(result).toEqual({ added: 2, changed: 0, reactivated: 0, unchanged: 0 });

    const stored = JSON.stringify(await snapshot());
    expect(stored).not.toContain('password-SK001');
    expect(stored).not.toContain('token=t');
    const accounts = await loadAccounts(test.database, box, ['SK001', 'SK002']);
    expect([...accounts.values()]).toEqual([
      { skId: 'SK001', loginId: 'login-SK001', password: 'password-SK001' },
      { skId: 'SK002', loginId: 'login-SK002', password: 'password-SK002' },
    ]);
    const spaces = await loadChatSpaces(test.database, box, ['SK001', 'SK002']);
    expect(Object.fromEntries(spaces)).toEqual({
      SK001: { cohortName: 'SK001 기수', webhookUrl: 'https://chat.example.com/SK001?key=k&token=t' },
      SK002: { cohortName: 'SK002 기수', webhookUrl: null },
    });
  });

  it('changes nothing the second time, and writes accounts that differ', async () => {
    const accounts = [account('SK001'), account('SK002'), account('SK003')];
    await importCohorts(test.database, box, accounts);
    const before = await snapshot();
    expect(await importCohorts(test.database, box, accounts)).toMatchObject({ changed: 0, unchanged: 3 });
    expect(await snapshot()).toEqual(before);

    const changed = [
      account('SK001', { password: 'new' }),
      account('SK002', { chatWebhookUrl: null }),
      account('SK003'),
    ];
    expect(await importCohorts(test.database, box, changed)).toMatchObject({ changed: 2, unchanged: 1 });
    const loaded = await loadAccounts(test.database, box, ['SK001']);
    expect(loaded.get('SK001')).toMatchObject({ password: 'new' });
  });

  it('seals an account again that another key had sealed', async () => {
    await importCohorts(test.database, createSecretBox(randomBytes(32)), [account('SK001')]);
    const unreadable = (await loadAccounts(test.database, box, ['SK001'])).get('SK001');
    expect(unreadable).toMatchObject({ code: 'CREDENTIALS_UNREADABLE' });

    expect(await importCohorts(test.database, box, [account('SK001')])).toMatchObject({ changed: 1 });
    expect((await loadAccounts(test.database, box, ['SK001'])).get('SK001')).toMatchObject({ loginId: 'login-SK001' });
  });

  it('begins the checks of a new cohort an hour ago, and of a known one not again', async () => {
    await importCohorts(test.database, box, [account('SK001')]);
    await test.database.execute("UPDATE openeg_inquiry_checks SET begins_at = '2025-01-20 00:00:00'");
    await importCohorts(test.database, box, [account('SK001', { password: 'new' }), account('SK002')]);
    const [kept, begun] = await checks();
    expect(Number(kept?.minutes)).toBeGreaterThan(1000);
    expect(Number(begun?.minutes)).toBeCloseTo(60, 0);
  });

  it('reactivates a cohort: its checks begin an hour ago, without old failures', async () => {
    await importCohorts(test.database, box, [account('SK001')]);
    await test.database.execute("UPDATE openeg_gather_town_info SET imported_at = '2025-01-20'");
    await test.database.execute(
      "UPDATE openeg_inquiry_checks SET begins_at = '2025-01-20', checked_at = '2025-01-21', failing_since = '2025-01-21'",
    );
    expect(await deactivateCohort(test.database, 'SK001')).toBe(true);
    expect(await deactivateCohort(test.database, 'SK001')).toBe(false);
    expect(await listActiveCohorts(test.database)).toEqual([]);
    expect((await loadAccounts(test.database, box, ['SK001'])).get('SK001')).toMatchObject({ code: 'COHORT_INACTIVE' });

    expect(await importCohorts(test.database, box, [account('SK001')])).toEqual({
      added: 0,
      changed: 0,
      reactivated: 1,
      unchanged: 0,
    });
    expect(await listActiveCohorts(test.database)).toEqual([{ skId: 'SK001', cohortName: 'SK001 기수' }]);
    const [check] = await checks();
    expect(Number(check?.minutes)).toBeCloseTo(60, 0);
    expect(check?.failing_since).toBeNull();
  });

  it('ends the hold on an imported account', async () => {
    await test.database.execute(
      "INSERT INTO openeg_lms_accounts (login_id, open_attempts, held_until) VALUES ('login-SK001', 2, '2999-01-01'), ('other', 1, '2999-01-01')",
    );
    await importCohorts(test.database, box, [account('SK001')]);
    expect(await test.database.query('SELECT login_id FROM openeg_lms_accounts WHERE held_until IS NOT NULL')).toEqual([
      { login_id: 'other' },
    ]);
  });

  it('imports a thousand cohorts twice at once', async () => {
    const accounts = Array.from({ length: 1000 }, (_, index) => account(`SK${index}`));
    const results = await Promise.all([
      importCohorts(test.database, box, accounts),
      importCohorts(test.database, box, accounts),
    ]);
    expect(await listActiveCohorts(test.database)).toHaveLength(1000);
    for (const result of results) expect(result.added + result.changed + result.unchanged).toBe(1000);
  });
});

describe('loadAccounts', () => {
  it('fails for one cohort alone', async () => {
    await importCohorts(test.database, box, [account('SK001'), account('SK002')]);
    await test.database.execute("UPDATE openeg_gather_town_info SET login_secret = 'v1.x' WHERE sk_id = 'SK002'");
    const accounts = await loadAccounts(test.database, box, ['SK001', 'SK002', 'sk001', 'SK009']);
    expect(accounts.get('SK001')).toMatchObject({ loginId: 'login-SK001' });
    expect(accounts.get('SK002')).toBeInstanceOf(ServiceError);
    expect(accounts.get('sk001')).toMatchObject({ code: 'COHORT_UNKNOWN' });
    expect(accounts.get('SK009')).toMatchObject({ code: 'COHORT_UNKNOWN' });
    expect(await loadAccounts(test.database, box, [])).toEqual(new Map());
  });

  it('refuses a secret that was copied to another cohort', async () => {
    await importCohorts(test.database, box, [account('SK001'), account('SK002')]);
    const [first] = await test.database.query<{ login_secret: string }>(
      "SELECT login_secret FROM openeg_gather_town_info WHERE sk_id = 'SK001'",
    );
    await test.database.execute("UPDATE openeg_gather_town_info SET login_secret = ? WHERE sk_id = 'SK002'", [
      first?.login_secret ?? '',
    ]);
    const accounts = await loadAccounts(test.database, box, ['SK002']);
    expect(accounts.get('SK002')).toMatchObject({ code: 'CREDENTIALS_UNREADABLE' });
  });
});

describe('listCohorts and deactivateCohort', () => {
  it('lists no secret', async () => {
    await importCohorts(test.database, box, [account('SK002', { chatWebhookUrl: null }), account('SK001')]);
    await deactivateCohort(test.database, 'SK002');
    expect(await listCohorts(test.database)).toEqual([
      { skId: 'SK001', cohortName: 'SK001 기수', loginId: 'login-SK001', hasOwnChatSpace: true, isActive: true },
      { skId: 'SK002', cohortName: 'SK002 기수', loginId: 'login-SK002', hasOwnChatSpace: false, isActive: false },
    ]);
  });

  it('refuses an unknown cohort', async () => {
    await expect(deactivateCohort(test.database, 'SK404')).rejects.toMatchObject({ code: 'COHORT_UNKNOWN' });
  });
});
