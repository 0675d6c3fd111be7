import { createSeenEntries } from '../../../src/activities/inquiries/seen-entries';

describe('seen entries', () => {
  it('forget what was used longest ago', () => {
    const seen = createSeenEntries(3);
    for (const hash of ['a', 'b', 'c']) seen.add(hash);
    expect(seen.has('a')).toBe(true);
    seen.add('d');
    expect(['a', 'b', 'c', 'd'].map((hash) => seen.has(hash))).toEqual([true, false, true, true]);
  });

  it('stay as many as they may be', () => {
    const seen = createSeenEntries(100);
    for (let index = 0; index < 10_000; index += 1) seen.add(`hash-${index}`);
    const kept = Array.from({ length: 10_000 }, (_, index) => seen.has(`hash-${index}`)).filter(Boolean);
    expect(kept).toHaveLength(100);
  });
});
