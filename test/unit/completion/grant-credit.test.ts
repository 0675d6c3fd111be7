import fc from 'fast-check';
import { grantCredit, MAX_SEGMENTS } from '../../../src/domain/completion/grant-credit';
import { lengthOf, unionOf, withinVideo, type Segment } from '../../../src/domain/completion/watched-segments';

const LENGTH_MS = 10_000;
const time = fc.integer({ min: -1_000, max: LENGTH_MS + 1_000 });
const claim = fc.array(fc.tuple(time, time), { maxLength: 6 });
const claims = fc.array(claim, { maxLength: 8 });
const watched = claim.map((some) => withinVideo(unionOf(some), LENGTH_MS));

/** Grants the claims one after another without time in between: they share the allowance. */
function grantAll(all: readonly (readonly Segment[])[], allowanceMs: number): Segment[] {
  return all.reduce<Segment[]>(
    (before, claimed) =>
      grantCredit({
        watched: before,
        claimed,
        lengthMs: LENGTH_MS,
        allowanceMs: allowanceMs - lengthOf(before),
      }).watched,
    [],
  );
}

const shuffled = (all: readonly (readonly Segment[])[]) =>
  fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length });

describe('credit', () => {
  it('counts each moment of the video once, in any order and any number of claims', () => {
    fc.assert(
      fc.property(
        claims.chain((all) => fc.tuple(fc.constant(all), shuffled([...all, ...all]))),
        ([all, repeated]) => {
          const expected = withinVideo(unionOf(all.flat()), LENGTH_MS);
          expect(grantAll(all, LENGTH_MS)).toEqual(expected);
          expect(grantAll(repeated, LENGTH_MS)).toEqual(expected);
        },
      ),
    );
  });

  it('is never more than allowed, and its sum does not depend on the order in which it is claimed', () => {
    fc.assert(
      fc.property(
        claims.chain((all) => fc.tuple(fc.constant(all), shuffled(all))),
        fc.integer({ min: 0, max: LENGTH_MS + 500 }),
        ([all, otherwise], allowanceMs) => {
          const possible = lengthOf(withinVideo(unionOf(all.flat()), LENGTH_MS));
          expect(lengthOf(grantAll(all, allowanceMs))).toBe(Math.min(possible, allowanceMs));
          expect(lengthOf(grantAll(otherwise, allowanceMs))).toBe(Math.min(possible, allowanceMs));
        },
      ),
    );
  });

  it('never takes back what was credited, and accounts for every claimed millisecond', () => {
    fc.assert(
      fc.property(watched, claim, fc.integer({ min: 0, max: LENGTH_MS }), (before, claimed, allowanceMs) => {
        const decision = grantCredit({ watched: before, claimed, lengthMs: LENGTH_MS, allowanceMs });
        expect(unionOf([...decision.watched, ...before])).toEqual(decision.watched);
        expect(decision.grantedMs).toBe(lengthOf(decision.watched) - lengthOf(before));
        const refusedMs = decision.refused.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
        expect(decision.grantedMs + refusedMs).toBe(lengthOf(unionOf(claimed)));
      }),
    );
  });

  it('goes to the earliest parts when the time is not enough for all', () => {
    const decision = grantCredit({
      watched: [[1_000, 2_000]],
      claimed: [
        [5_000, 6_000],
        [0, 3_000],
      ],
      lengthMs: LENGTH_MS,
      allowanceMs: 1_500,
    });
    expect(decision.watched).toEqual([[0, 2_500]]);
    expect(decision.refused).toEqual([
      { reason: 'already-counted', milliseconds: 1_000 },
      { reason: 'faster-than-time', milliseconds: 1_500 },
    ]);
  });

  it('refuses parts outside the video', () => {
    const claimed: Segment[] = [
      [-300, 200],
      [9_900, 10_050],
    ];
    const decision = grantCredit({ watched: [], claimed, lengthMs: LENGTH_MS, allowanceMs: LENGTH_MS });
    expect(decision.watched).toEqual([
      [0, 200],
      [9_900, 10_000],
    ]);
    expect(decision.refused).toEqual([{ reason: 'beyond-the-end', milliseconds: 350 }]);
  });

  it('of a part that was refused can be earned later', () => {
    const claimed: Segment[] = [[0, 4_000]];
    const first = grantCredit({ watched: [], claimed, lengthMs: LENGTH_MS, allowanceMs: 1_000 });
    const second = grantCredit({ watched: first.watched, claimed, lengthMs: LENGTH_MS, allowanceMs: 3_000 });
    expect(second.watched).toEqual([[0, 4_000]]);
  });

  it('has a bounded number of segments, and joins or drops none', () => {
    const every = (count: number, startMs: number): Segment[] =>
      Array.from({ length: count }, (_none, index) => [startMs + index * 10, startMs + index * 10 + 5]);
    const full = every(MAX_SEGMENTS, 0);
    const request = { lengthMs: 100_000, allowanceMs: 100_000 };
    const beyond = grantCredit({ ...request, watched: full, claimed: every(3, 50_000) });
    expect(beyond.watched).toEqual(full);
    expect(beyond.refused).toEqual([{ reason: 'too-many-parts', milliseconds: 15 }]);

    // One gap closes and one part grows, so there is room for one of the three other parts.
    const extending = grantCredit({
      ...request,
      watched: full,
      claimed: [[5, 10], [MAX_SEGMENTS * 10 - 5, MAX_SEGMENTS * 10 - 2], ...every(3, 50_000)],
    });
    expect(extending.watched).toHaveLength(MAX_SEGMENTS);
    expect(extending.grantedMs).toBe(5 + 3 + 5);
    expect(extending.refused).toEqual([{ reason: 'too-many-parts', milliseconds: 10 }]);
  });
});
