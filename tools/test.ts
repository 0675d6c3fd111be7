import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './build';
import { CACHE_DIRECTORY, ROOT } from './paths';
import { runSetup } from './setup/run-setup';
import { verdict } from './verdict';

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
