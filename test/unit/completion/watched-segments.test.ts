import fc from 'fast-check';
import {
  difference,
  earliest,
  lengthOf,
  unionOf,
  withinVideo,
  type Segment,
} from '../../../src/domain/completion/watched-segments';

const END = 40;
const segment = fc.tuple(fc.integer({ min: -5, max: END + 5 }), fc.integer({ min: -5, max: END + 5 }));
const segments = fc.array(segment, { maxLength: 12 });
const union = segments.map(unionOf);

/** The moments of some segments, one by one. */
function momentsOf(some: readonly Segment[]): number[] {
  const moments = new Set<number>();
  for (const [from, to] of some) for (let moment = from; moment < to; moment += 1) moments.add(moment);
  return [...moments].sort((a, b) => a - b);
}

describe('watched segments', () => {
  it('unite into sorted segments that neither overlap nor touch and hold the same moments', () => {
    fc.assert(
      fc.property(segments, (some) => {
        const united = unionOf(some);
        expect(momentsOf(united)).toEqual(momentsOf(some));
        expect(lengthOf(united)).toBe(momentsOf(some).length);
        for (const [index, [from, to]] of united.entries()) {
          expect(from).toBeLessThan(to);
          if (index > 0) expect(united[index - 1]![1]).toBeLessThan(from);
        }
      }),
    );
  });

  it('unite without changing what they were given', () => {
    const given = Object.freeze([Object.freeze([5, 9] as const), Object.freeze([0, 6] as const)]);
    expect(unionOf(given)).toEqual([[0, 9]]);
    expect(given).toEqual([
      [5, 9],
      [0, 6],
    ]);
  });

  it('lose what another union holds', () => {
    fc.assert(
      fc.property(union, union, (from, taken) => {
        const gone = new Set(momentsOf(taken));
        const rest = difference(from, taken);
        expect(momentsOf(rest)).toEqual(momentsOf(from).filter((moment) => !gone.has(moment)));
        expect(rest).toEqual(unionOf(rest));
      }),
    );
  });

  it('are cut to the video', () => {
    fc.assert(
      fc.property(union, (some) => {
        expect(momentsOf(withinVideo(some, END))).toEqual(momentsOf(some).filter((at) => at >= 0 && at < END));
      }),
    );
  });

  it('give their earliest milliseconds', () => {
    fc.assert(
      fc.property(union, fc.integer({ min: 0, max: 60 }), (some, milliseconds) => {
        expect(momentsOf(earliest(some, milliseconds))).toEqual(momentsOf(some).slice(0, milliseconds));
      }),
    );
  });
});
