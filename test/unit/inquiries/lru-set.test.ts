import { createLruSet } from '../../../src/activities/inquiries/lru-set';

describe('an LRU set', () => {
  it('forgets the value that was used longest ago', () => {
    const set = createLruSet(3);
    for (const value of ['a', 'b', 'c']) set.add(value);
    expect(set.has('a')).toBe(true);
    set.add('d');
    expect(['a', 'b', 'c', 'd'].map((value) => set.has(value))).toEqual([true, false, true, true]);
  });

  it('never holds more values than its capacity', () => {
    const set = createLruSet(100);
    for (let index = 0; index < 10_000; index += 1) set.add(`value-${index}`);
    const kept = Array.from({ length: 10_000 }, (_, index) => set.has(`value-${index}`)).filter(Boolean);
    expect(kept).toHaveLength(100);
  });
});
