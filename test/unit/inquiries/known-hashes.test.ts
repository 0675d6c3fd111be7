import { createKnownHashes } from '../../../src/activities/inquiries/known-hashes';

const GENERATION = 7;
const remember = (capacity: number) => createKnownHashes(capacity, () => GENERATION);

describe('known hashes', () => {
  it('forget the hash that was used longest ago', () => {
    const known = remember(3);
    for (const hash of ['a', 'b', 'c']) known.add(hash, GENERATION);
    expect(known.has('a')).toBe(true);
    known.add('d', GENERATION);
    expect(['a', 'b', 'c', 'd'].map((hash) => known.has(hash))).toEqual([true, false, true, true]);
  });

  it('are never more than the capacity', () => {
    const known = remember(100);
    const hashes = Array.from({ length: 10_000 }, (_, index) => `hash-${index}`);
    for (const hash of hashes) known.add(hash, GENERATION);
    expect(hashes.filter((hash) => known.has(hash))).toHaveLength(100);
  });

  it('are forgotten when the generation changes, with a row that was seen before', () => {
    let generation = 1;
    const known = createKnownHashes(10, () => generation);
    known.add('a', 1);
    generation = 2;
    expect(known.has('a')).toBe(false);
    known.add('seen before', 1);
    known.add('seen after', 2);
    expect(known.has('seen before')).toBe(false);
    expect(known.has('seen after')).toBe(true);
  });
});
