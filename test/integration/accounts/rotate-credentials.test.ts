import { randomBytes } from 'node:crypto';
import { loadAccounts, loadChatSpaces } from '../../../src/adapters/database/accounts/cohorts';
import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import { rotateCredentials } from '../../../src/adapters/database/accounts/rotate-credentials';
import { createSecretBox } from '../../../src/adapters/secret-box';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { createTestDatabase, type TestDatabase } from '../../support/database';

const accounts = ['A', 'B', 'C'].map((letter) => ({
  skId: `SK-${letter}`,
  cohortName: `기수 ${letter}`,
  loginId: `login-${letter}`,
  password: `비밀 ${letter}`,
  chatWebhookUrl: letter === 'B' ? null : `https://chat.example.com/${letter}`,
}));
const oldKey = randomBytes(32);
const newKey = randomBytes(32);

let test: TestDatabase;

beforeEach(async () => {
  test = await createTestDatabase();
  await importCohorts(test.database, createSecretBox(oldKey), accounts);
});
afterEach(() => test.drop());

it('seals every account with the new key, which alone opens them then', async () => {
  const both = createSecretBox(newKey, oldKey);
  expect(await rotateCredentials(test.database, both)).toEqual({ rotated: 3, current: 0, unreadable: [] });

  const alone = createSecretBox(newKey);
  const skIds = accounts.map((account) => account.skId);
  const loaded = await loadAccounts(test.database, alone, skIds);
  const spaces = await loadChatSpaces(test.database, alone, skIds);
  for (const { skId, password, chatWebhookUrl } of accounts) {
    expect(loaded.get(skId)).toMatchObject({ password });
    expect(spaces.get(skId)).toMatchObject({ webhookUrl: chatWebhookUrl });
  }
});

it('continues an interrupted rotation', async () => {
  const both = createSecretBox(newKey, oldKey);
  await importCohorts(test.database, createSecretBox(newKey), [{ ...accounts[0]!, password: 'changed' }]);
  expect(await rotateCredentials(test.database, both)).toEqual({ rotated: 2, current: 1, unreadable: [] });
  expect(await rotateCredentials(test.database, both)).toEqual({ rotated: 0, current: 3, unreadable: [] });
});

it('names accounts that neither key opens and rotates the others', async () => {
  await importCohorts(test.database, createSecretBox(randomBytes(32)), [{ ...accounts[1]!, password: 'other' }]);
  const result = await rotateCredentials(test.database, createSecretBox(newKey, oldKey));
  expect(result).toEqual({ rotated: 2, current: 0, unreadable: ['SK-B'] });
  const loaded = await loadAccounts(test.database, createSecretBox(newKey), ['SK-A', 'SK-B']);
  expect(loaded.get('SK-A')).toMatchObject({ loginId: 'login-A' });
  expect(loaded.get('SK-B')).toBeInstanceOf(ServiceError);
});

it('leaves every account readable when the process dies in between', async () => {
  const stopping = {
    ...test.database,
    transaction: jest
      .fn(test.database.transaction)
      .mockImplementationOnce(test.database.transaction)
      .mockRejectedValueOnce(new Error('the process died')),
  };
  const both = createSecretBox(newKey, oldKey);
  await expect(rotateCredentials(stopping as typeof test.database, both)).rejects.toThrow('the process died');
  const loaded = await loadAccounts(test.database, both, ['SK-A', 'SK-B', 'SK-C']);
  expect([...loaded.values()].filter((account) => account instanceof ServiceError)).toEqual([]);
});
