import { CommanderError } from 'commander';
import { CommandFailed, describeForOperator, exitCodeOf, UsageError } from '../../../src/cli/output/errors';
import { ServiceError } from '../../../src/domain/shared/service-error';

it.each([
  ['help was asked for', new CommanderError(0, 'commander.helpDisplayed', ''), 0],
  ['an option is unknown', new CommanderError(1, 'commander.unknownOption', ''), 2],
  ['an argument can not be meant', new UsageError('x'), 2],
  ['a command failed', new CommandFailed('x'), 1],
  ['a file has wrong lines', new ServiceError('INPUT_INVALID', 'x'), 1],
  ['nobody foresaw it', new TypeError('x'), 1],
  ['the configuration is wrong', new ServiceError('CONFIG_INVALID', 'x'), 78],
  ['the database is away', new ServiceError('DATABASE_UNAVAILABLE', 'x'), 69],
  ['Temporal is away', new ServiceError('TEMPORAL_UNAVAILABLE', 'x'), 69],
])('when %s', (_, error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});

it('prints sentences of the service unchanged, and marks others', () => {
  expect(describeForOperator(new ServiceError('COHORT_UNKNOWN', 'No cohort SK9 is known.'))).toBe(
    'No cohort SK9 is known.',
  );
  expect(describeForOperator(new TypeError('x is undefined'))).toBe(
    'It failed in a way that nobody foresaw: x is undefined',
  );
});
