import { isWorthRepeating, translateDatabaseError } from '../../../src/adapters/database/core/database-error';

const driverError = (code: string, errno?: number) => Object.assign(new Error("learner's text"), { code, errno });

it.each([
  ['ER_BAD_DB_ERROR', 'DATABASE_UNAVAILABLE', /create the one that OPENEG_YOS_DB_NAME names/],
  ['ER_NO_SUCH_TABLE', 'DATABASE_UNAVAILABLE', /run "openeg migrate"/],
  ['ER_ACCESS_DENIED_ERROR', 'DATABASE_UNAVAILABLE', /OPENEG_YOS_DB_USER/],
  ['ER_TABLEACCESS_DENIED_ERROR', 'DATABASE_UNAVAILABLE', /lacks a right .*: grant/],
  ['ER_OPTION_PREVENTS_STATEMENT', 'DATABASE_UNAVAILABLE', /takes no writes .*read-only/],
  ['ER_READ_ONLY_MODE', 'DATABASE_UNAVAILABLE', /takes no writes/],
  ['ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION', 'DATABASE_UNAVAILABLE', /takes no writes/],
  ['ER_DISK_FULL', 'DATABASE_UNAVAILABLE', /can't write to its disk .*make room/],
  ['ER_RECORD_FILE_FULL', 'DATABASE_UNAVAILABLE', /make room/],
  ['EE_WRITE', 'DATABASE_UNAVAILABLE', /make room/],
  ['ER_OUTOFMEMORY', 'DATABASE_UNAVAILABLE', /out of memory/],
  ['ER_OUT_OF_RESOURCES', 'DATABASE_UNAVAILABLE', /out of memory/],
  ['ECONNREFUSED', 'DATABASE_UNAVAILABLE', /can't be reached/],
  ['ER_USER_LIMIT_REACHED', 'DATABASE_UNAVAILABLE', /at a limit of its own/],
])('says what to do about %s, without the words of the driver', (name, code, sentence) => {
  const error = translateDatabaseError(driverError(name)) as Error;
  expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) as unknown });
  expect(error.message).toContain(name);
  expect(error.message).not.toContain('learner');
});

it.each([1203, 1129, 3032, 1047, 9001, 1180, 1412, 1317, 65_000])(
  'tries error %i again, for no list names it',
  (errno) => {
    expect(translateDatabaseError(driverError('ER_WHATEVER', errno))).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  },
);

it.each([1048, 1054, 1062, 1064, 1136, 1264, 1292, 1366, 1406, 1451, 1452, 3140, 3819, 4025])(
  'never repeats error %i, a statement that can never work',
  (errno) => {
    const error = translateDatabaseError(driverError('ER_WHATEVER', errno));
    expect(error).toMatchObject({
      code: 'DATABASE_REJECTED',
      message: expect.not.stringContaining('learner') as unknown,
    });
  },
);

it('repeats after the error of a closed connection, which has neither code nor number', () => {
  const error = Object.assign(new Error("Can't add new command when connection is in closed state"), { fatal: true });
  expect(translateDatabaseError(error)).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(isWorthRepeating(error)).toBe(true);
});

it.each([
  ['ER_OPTION_PREVENTS_STATEMENT', true],
  ['ER_READ_ONLY_MODE', true],
  ['ECONNRESET', true],
  ['ER_DISK_FULL', false],
  ['ER_OUTOFMEMORY', false],
  ['ER_NO_SUCH_TABLE', false],
])('repeats at once only what another connection can mend: %s', (name, repeated) => {
  expect(isWorthRepeating(driverError(name))).toBe(repeated);
});
