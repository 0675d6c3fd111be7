import fc from 'fast-check';
import { rowBatches } from '../../../src/adapters/database/collection/row-batches';

const rows = fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer()));

it('keeps every row, the order and the limits', () => {
  fc.assert(
    fc.property(
      rows,
      fc.integer({ min: 100, max: 1000 }),
      fc.integer({ min: 1, max: 20 }),
      (given, maxBytes, maxRows) => {
        const batches = [...rowBatches(given, { maxBytes, maxRows })];
        expect(batches.flat()).toEqual(given);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(maxRows);
          const textBytes = batch.reduce((sum, row) => sum + Buffer.byteLength(String(row[0])), 0);
          expect(batch.length === 1 || textBytes <= maxBytes).toBe(true);
        }
      },
    ),
  );
});

it('counts bytes, not characters', () => {
  const korean = Array.from({ length: 4 }, () => ['가'.repeat(100)]);
  expect([...rowBatches(korean, { maxBytes: 700 })].map((batch) => batch.length)).toEqual([2, 2]);
});

it('makes a batch of one row that is larger than the limit', () => {
  const [small, large] = [['a'], ['b'.repeat(5000)]];
  expect([...rowBatches([small, large, small], { maxBytes: 1000 })]).toEqual([[small], [large], [small]]);
});

it('makes no batch without rows', () => {
  expect([...rowBatches([])]).toEqual([]);
});
