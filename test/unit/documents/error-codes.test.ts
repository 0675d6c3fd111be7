import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../../../src/domain/shared/service-error';

const rows = [
  ...readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8').matchAll(
    /^\| `([A-Z_]+)` +\| (yes|no) +\| (.+?) +\| (.+?) +\|$/gm,
  ),
].map(([, code, byItself, meaning, remedy]) => ({ code, byItself, meaning, remedy }));

it('documents each error code once, and no other', () => {
  expect(rows.map(({ code }) => code)).toEqual(Object.keys(ERROR_CODES));
});

it('says of each code whether the service tries again', () => {
  const expected = Object.entries(ERROR_CODES).map(([code, { retry }]) => [code, retry ? 'yes' : 'no']);
  expect(rows.map(({ code, byItself }) => [code, byItself])).toEqual(expected);
});
