import type { AggregatedResult } from '@jest/test-result';

export type TestCounts = Pick<
  AggregatedResult,
  | 'success'
  | 'numPassedTests'
  | 'numFailedTests'
  | 'numRuntimeErrorTestSuites'
  | 'numPendingTests'
  | 'numTodoTests'
  | 'numTotalTestSuites'
  | 'numPassedTestSuites'
  | 'numFailedTestSuites'
  | 'numPendingTestSuites'
>;

/**
 * The line that ends a test run, and the exit code. A test file that could not run, or that the run left out, counts as
 * one failed test. A run without success never says "0 failed".
 */
export function verdict(counts: TestCounts): { line: string; exitCode: number } {
  const endedSuites = counts.numPassedTestSuites + counts.numFailedTestSuites + counts.numPendingTestSuites;
  const leftOut = counts.numTotalTestSuites - endedSuites;
  const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites + leftOut;
  const skipped = counts.numPendingTests + counts.numTodoTests;
  const failures = failed === 0 && !counts.success ? 1 : failed;
  return {
    line: `${counts.numPassedTests} passed, ${failures} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
    exitCode: failures === 0 ? 0 : 1,
  };
}
