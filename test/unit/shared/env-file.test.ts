import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEnvFile } from '../../../src/config/env-file';

const directory = mkdtempSync(join(tmpdir(), 'openeg-env-'));
const file = join(directory, 'openeg.env');
afterAll(() => rmSync(directory, { recursive: true }));

it('sets what is not set already', () => {
  writeFileSync(
    file,
    '\uFEFFOPENEG_YOS_DB_HOST=db\r\n# a comment\r\nOPENEG_SLEEP_TIME=30\r\nOPENEG_YOS_DB_PASS="a # b"\r\nTEMPORAL_ADDRESS=t:7233\r\n',
  );
  const environment: NodeJS.ProcessEnv = { OPENEG_SLEEP_TIME: '90', TEMPORAL_ADDRESS: ' ' };
  loadEnvFile(file, environment);
  expect(environment).toEqual({
    OPENEG_YOS_DB_HOST: 'db',
    OPENEG_SLEEP_TIME: '90',
    OPENEG_YOS_DB_PASS: 'a # b',
    TEMPORAL_ADDRESS: 't:7233',
  });
});

it('leaves a database password that is set and empty', () => {
  writeFileSync(file, 'OPENEG_YOS_DB_PASS=other');
  const environment: NodeJS.ProcessEnv = { OPENEG_YOS_DB_PASS: '' };
  loadEnvFile(file, environment);
  expect(environment).toEqual({ OPENEG_YOS_DB_PASS: '' });
});

it.each([
  [join(directory, 'missing.env'), 'ENOENT'],
  [directory, 'EISDIR'],
])('names the file %s that can not be read', (path, reason) => {
  expect(() => loadEnvFile(path, {})).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: `The file ${path} can't be read (${reason}): give --env-file a file with lines like those of .env.example.`,
    }),
  );
});
