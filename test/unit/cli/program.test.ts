import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliContext } from '../../../src/cli/context';
import { exitCodeOf } from '../../../src/cli/output/errors';
import { createProgram } from '../../../src/cli/program';
import { temporaryDirectory } from '../../support/test-run';

const file = join(temporaryDirectory('env'), 'openeg.env');
writeFileSync(file, 'OPENEG_SLEEP_TIME=30');

/** Runs `openeg` with these arguments. `done` lists the calls of the context in order. */
async function run(...words: string[]) {
  const done: string[] = [];
  let printed = '';
  const context = {
    version: '1.2.3',
    setMissingVariables: (variables: object) => void done.push(`set ${Object.keys(variables).join()}`),
    runWorker: async (roles: readonly string[]) => void done.push(`worker ${roles.join(' ')}`),
  } as unknown as CliContext;
  const program = createProgram(context).configureOutput({ writeOut: (text) => (printed += text), writeErr: () => {} });
  for (const command of program.commands) command.copyInheritedSettings(program);
  const exitCode = await program.parseAsync(['node', 'openeg', ...words]).then(() => 0, exitCodeOf);
  return { exitCode, printed, done };
}

it('prints its version', async () => {
  expect(await run('--version')).toEqual({ exitCode: 0, printed: '1.2.3\n', done: [] });
});

it.each([
  ['before the command', ['--env-file', file, 'worker', 'core']],
  ['after it', ['worker', 'core', '--env-file', file]],
  ['with an equals sign', [`--env-file=${file}`, 'worker', 'core']],
])('reads the file of variables before it runs the command, named %s', async (_name, words) => {
  expect((await run(...words)).done).toEqual(['set OPENEG_SLEEP_TIME', 'worker core']);
});

it('runs no command with a file of variables that can not be read', async () => {
  expect(await run('--env-file', `${file}.old`, 'worker')).toMatchObject({ exitCode: 78, done: [] });
});

it('answers wrong usage when the file of variables is not named', async () => {
  expect(await run('--env-file')).toMatchObject({ exitCode: 2, done: [] });
});
