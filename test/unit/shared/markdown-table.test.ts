import { markdownTable } from '../../../src/workflows/shared/markdown-table';

it('adds a gap between the columns, but not in the line below the head', () => {
  expect(markdownTable(['cohort', 'rows'], [['SK001', 12]]).split('\n')).toEqual([
    '| cohort\u00a0\u00a0 | rows |',
    '| --- | --- |',
    '| SK001\u00a0\u00a0 | 12 |',
  ]);
});

it('escapes characters that would break the table', () => {
  const [, , row] = markdownTable(['failure'], [['a|b\nc']]).split('\n');
  expect(row).toBe(String.raw`| a\|b c |`);
});
