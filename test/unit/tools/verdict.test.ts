import { verdict, type TestCounts } from '../../../tools/test';

const whole: TestCounts = {
  success: true,
  numPassedTests: 7,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numTotalTestSuites: 3,
  numPassedTestSuites: 3,
  numFailedTestSuites: 0,
  numPendingTestSuites: 0,
};

test.each<{ run: string; counts: Partial<TestCounts>; line: string; exitCode: number }>([
  { run: 'all passed', counts: {}, line: '7 passed, 0 failed', exitCode: 0 },
  { run: 'some skipped', counts: { numPendingTests: 2 }, line: '7 passed, 0 failed, 2 skipped', exitCode: 0 },
  { run: 'one failed', counts: { numFailedTests: 1, success: false }, line: '7 passed, 1 failed', exitCode: 1 },
  { run: 'files left out', counts: { numPassedTestSuites: 0 }, line: '7 passed, 3 failed', exitCode: 1 },
  {
    run: 'a file that does not run',
    counts: { numRuntimeErrorTestSuites: 1 },
    line: '7 passed, 1 failed',
    exitCode: 1,
  },
  { run: 'failed behind the tests', counts: { success: false }, line: '7 passed, 1 failed', exitCode: 1 },
])('$run: $line', ({ counts, line, exitCode }) => {
  expect(verdict({ ...whole, ...counts })).toEqual({ line, exitCode });
});
