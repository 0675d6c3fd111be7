import type { AggregatedResult } from '@jest/test-result';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './build';
import { CACHE_DIRECTORY, ROOT } from './paths';
import { runSetup } from './setup/run-setup';

/** The verdict of the last run; `.ci/run` prints it. */
const VERDICT_FILE = join(CACHE_DIRECTORY, 'test-verdict');

/** `npm test`: installs what the tests need, builds, runs the tests. Words after `--` go to jest. */
export async function test(words: string[]): Promise<number> {
  await rm(VERDICT_FILE, { force: true });
  await Promise.all([runSetup('test'), build()]);
  process.env.NODE_ENV = 'test';
  const { buildArgv, runCLI } = await import('jest');
  const { results } = await runCLI(await buildArgv(words), [ROOT]);
  const { line, exitCode } = verdict(results);
  await writeFile(VERDICT_FILE, `${line}\n`);
  return exitCode;
}

type Counted = 'Passed' | 'Failed' | 'Pending';
export type TestCounts = Pick<
  AggregatedResult,
  | `num${Counted}${'Tests' | 'TestSuites'}`
  | 'numTodoTests'
  | 'numRuntimeErrorTestSuites'
  | 'numTotalTestSuites'
  | 'success'
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
