import { fellSilent, isSuddenlyEmpty } from '../../../src/domain/collection/dead-session';

it.each([
  { why: 'nothing stored, nothing listed', stored: {}, listed: {}, sudden: false },
  { why: 'nothing stored', stored: {}, listed: { T1: 0 }, sudden: false },
  { why: 'everything gone', stored: { T1: false }, listed: {}, sudden: true },
  { why: 'one parent gone, others there', stored: { T1: true, T2: true }, listed: { T2: 3 }, sudden: false },
  { why: 'a parent lost its children', stored: { T1: true, T2: true }, listed: { T1: 0, T2: 3 }, sudden: true },
  { why: 'a parent never had children', stored: { T1: false }, listed: { T1: 0 }, sudden: false },
])('$why: $sudden', ({ stored, listed, sudden }) => {
  expect(isSuddenlyEmpty(new Map(Object.entries(stored)), new Map(Object.entries(listed)))).toBe(sudden);
});

it.each([
  { sizes: [], silent: false },
  { sizes: Array(11).fill(0), silent: false },
  { sizes: Array(12).fill(0), silent: true },
  { sizes: [8, 7, ...Array(12).fill(0)], silent: true },
  { sizes: [...Array(40).fill(0), 1], silent: false },
  { sizes: [...Array(12).fill(0), 1, ...Array(11).fill(0)], silent: false },
])('lists of $sizes fell silent: $silent', ({ sizes, silent }) => {
  expect(fellSilent(sizes as number[])).toBe(silent);
});
