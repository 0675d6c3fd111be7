import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REFUSAL_REASONS } from '../../../src/domain/completion/refusal';
import { API_ERRORS } from '../../../src/domain/shared/api-errors';

const page = readFileSync(join(__dirname, '../../../docs/api.md'), 'utf8');

/** The cells of the table under a heading, row by row. */
function tableUnder(heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')));
}

it('names every error of the API with its status, and no other', () => {
  const documented = tableUnder('Errors').map(([, code, status]) => [code, Number(status)]);
  expect(documented).toEqual(Object.entries(API_ERRORS));
});

it('names every reason for which credit is refused, and no other', () => {
  expect(tableUnder('Why').map(([, reason]) => reason)).toEqual(REFUSAL_REASONS);
});
