import { verdict } from '../../../scripts/testing/test-summary';

const whole = { passed: 7, failed: 0, skipped: 0, filesLeft: 0 };

test.each([
  { run: 'all passed', summary: whole, exitCode: 0, line: '7 passed, 0 failed', code: 0 },
  {
    run: 'some skipped',
    summary: { ...whole, skipped: 2 },
    exitCode: 0,
    line: '7 passed, 0 failed, 2 skipped',
    code: 0,
  },
  { run: 'one failed', summary: { ...whole, failed: 1 }, exitCode: 1, line: '7 passed, 1 failed', code: 1 },
  { run: 'jest died', summary: { ...whole, filesLeft: 3 }, exitCode: 137, line: '7 passed, 3 failed', code: 137 },
  { run: 'files left out', summary: { ...whole, filesLeft: 3 }, exitCode: 0, line: '7 passed, 3 failed', code: 1 },
  { run: 'failed behind the tests', summary: whole, exitCode: 1, line: '7 passed, 1 failed', code: 1 },
  { run: 'setup failed', summary: undefined, exitCode: 1, line: '0 passed, 1 failed', code: 1 },
])('$run: $line', ({ summary, exitCode, line, code }) => {
  expect(verdict(summary, exitCode)).toEqual({ line, exitCode: code });
});
