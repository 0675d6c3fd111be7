import { deadSessionSign, endsInEmptyLists, lostStoredRows } from '../../../src/domain/collection/dead-session';

/** @param stored each stored item's key, with whether rows of its list are stored */
function storedDataset(stored: object) {
  const filled = Object.entries(stored).filter(([, hasListRows]) => hasListRows === true);
  return { hasRows: Object.keys(stored).length > 0, filledLists: new Set(filled.map(([key]) => key)) };
}

it.each([
  { why: 'nothing stored, nothing listed', stored: {}, listed: {}, lost: false },
  { why: 'nothing stored', stored: {}, listed: { T1: 0 }, lost: false },
  { why: 'everything gone', stored: { T1: false }, listed: {}, lost: true },
  { why: 'one item gone, others there', stored: { T1: true, T2: true }, listed: { T2: 3 }, lost: false },
  { why: 'an item lost its rows', stored: { T1: true, T2: true }, listed: { T1: 0, T2: 3 }, lost: true },
  { why: 'an item never had rows', stored: { T1: false }, listed: { T1: 0 }, lost: false },
])('stored rows are lost, $why: $lost', ({ stored, listed, lost }) => {
  expect(lostStoredRows(new Map(Object.entries(listed)), storedDataset(stored))).toBe(lost);
});

it.each([
  { sizes: [], empty: false },
  { sizes: Array(11).fill(0), empty: false },
  { sizes: Array(12).fill(0), empty: true },
  { sizes: [8, 7, ...Array(12).fill(0)], empty: true },
  { sizes: [...Array(40).fill(0), 1], empty: false },
  { sizes: [...Array(12).fill(0), 1, ...Array(11).fill(0)], empty: false },
])('lists of $sizes end in empty lists: $empty', ({ sizes, empty }) => {
  expect(endsInEmptyLists(sizes as number[])).toBe(empty);
});

const TWELVE_EMPTY = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`S${index}`, 0]));

it.each([
  {
    why: 'rows are lost',
    stored: { S1: true },
    listed: {},
    dated: 'stored-rows-missing',
    undated: 'stored-rows-missing',
  },
  { why: 'nothing was ever there', stored: {}, listed: {}, dated: 'nothing-listed', undated: undefined },
  { why: 'all lists are empty', stored: {}, listed: TWELVE_EMPTY, dated: 'only-empty-lists', undated: undefined },
  { why: 'rows are listed', stored: { S1: true }, listed: { S1: 8 }, dated: undefined, undated: undefined },
])('$why: $dated of a date, $undated without one', ({ stored, listed, dated, undated }) => {
  const sizes = new Map(Object.entries(listed));
  expect(deadSessionSign(sizes, storedDataset(stored), true)).toBe(dated);
  expect(deadSessionSign(sizes, storedDataset(stored), false)).toBe(undated);
});
