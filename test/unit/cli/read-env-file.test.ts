import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../../../src/cli/read-env-file';
import { temporaryDirectory } from '../../support/test-run';

const directory = temporaryDirectory('env');

it('reads variables as editors of every system write them', () => {
  const file = join(directory, 'openeg.env');
  writeFileSync(file, '\uFEFFOPENEG_YOS_DB_HOST=db\r\n# a comment\r\n\r\nOPENEG_YOS_DB_PASS="a # b"\r\n');
  expect(readEnvFile(file)).toEqual({ OPENEG_YOS_DB_HOST: 'db', OPENEG_YOS_DB_PASS: 'a # b' });
});

it.each([
  [join(directory, 'missing.env'), 'ENOENT'],
  [directory, 'EISDIR'],
])('names the file %s that can not be read', (path, reason) => {
  expect(() => readEnvFile(path)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: `The file ${path} can't be read (${reason}): give --env-file a file with lines like those of .env.example.`,
    }),
  );
});
