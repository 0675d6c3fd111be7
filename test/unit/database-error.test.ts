import { translateDatabaseError } from '../../src/adapters/database/database-error';

const driverError = (code: string) => Object.assign(new Error("learner's text"), { code });

it.each([
  ['ER_BAD_DB_ERROR', 'DATABASE_UNAVAILABLE', /create the one that OPENEG_YOS_DB_NAME names/],
  ['ER_NO_SUCH_TABLE', 'DATABASE_UNAVAILABLE', /run "openeg migrate"/],
  ['ER_ACCESS_DENIED_ERROR', 'DATABASE_UNAVAILABLE', /OPENEG_YOS_DB_USER/],
  ['ECONNREFUSED', 'DATABASE_UNAVAILABLE', /can't be reached/],
  ['ER_DUP_ENTRY', 'DATABASE_REJECTED', /refused a statement/],
])('says what to do about %s, without the words of the driver', (name, code, sentence) => {
  const error = translateDatabaseError(driverError(name)) as Error;
  expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) as unknown });
  expect(error.message).toContain(name);
  expect(error.message).not.toContain('learner');
});
