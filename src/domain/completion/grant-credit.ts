import type { RefusedTime } from './refusal';
import { difference, earliest, lengthOf, unionOf, withinVideo, type Segment } from './watched-segments';

/**
 * The most segments that are kept of one lesson. Somebody who watches and seeks leaves some dozens; a part that would
 * need one more is refused, for joining two segments would invent credit and dropping one would take it back.
 */
export const MOST_SEGMENTS = 1_000;

export interface CreditRequest {
  /** What is credited already, a union; it may reach beyond `lengthMs` when the LMS shortened the lesson since. */
  watched: readonly Segment[];
  /** What the page says was played; overlapping, unsorted and outside the video as it may be. */
  claimed: readonly Segment[];
  lengthMs: number;
  /** What the clocks allow on top of `watched`. */
  allowanceMs: number;
}

export interface CreditDecision {
  /** `request.watched` and what was granted, a union. */
  watched: Segment[];
  grantedMs: number;
  refused: RefusedTime[];
}

/**
 * Credits what was not credited before, lies in the video and is allowed: the earliest parts first. What is refused is
 * as if it had never been claimed, so it can be watched, claimed and credited later. `watched` never loses a moment.
 * As long as the allowance suffices, the result of several claims is their union, in whichever order and however often
 * they come; when it does not, their sum is the allowance.
 */
export function grantCredit(request: CreditRequest): CreditDecision {
  const claimed = unionOf(request.claimed);
  const inside = withinVideo(claimed, request.lengthMs);
  const fresh = difference(inside, request.watched);
  const allowed = earliest(fresh, request.allowanceMs);
  const watched = addWithinBound(request.watched, allowed);
  const claimedMs = lengthOf(claimed);
  const insideMs = lengthOf(inside);
  const freshMs = lengthOf(fresh);
  const allowedMs = lengthOf(allowed);
  const grantedMs = lengthOf(watched) - lengthOf(request.watched);
  const refused: RefusedTime[] = [
    { reason: 'beyond-the-end', milliseconds: claimedMs - insideMs },
    { reason: 'already-counted', milliseconds: insideMs - freshMs },
    { reason: 'faster-than-time', milliseconds: freshMs - allowedMs },
    { reason: 'too-many-parts', milliseconds: allowedMs - grantedMs },
  ];
  return {
    watched,
    grantedMs,
    refused: refused.filter(({ milliseconds }) => milliseconds > 0),
  };
}

function addWithinBound(watched: readonly Segment[], granted: readonly Segment[]): Segment[] {
  const whole = unionOf([...watched, ...granted]);
  if (whole.length <= MOST_SEGMENTS) return whole;
  // What only extends a segment needs no room, and may make some by closing a gap. Each other part needs one place.
  const touches = ([from, to]: Segment): boolean => watched.some(([start, end]) => start <= to && from <= end);
  const extended = unionOf([...watched, ...granted.filter(touches)]);
  const separate = granted.filter((part) => !touches(part)).slice(0, MOST_SEGMENTS - extended.length);
  return unionOf([...extended, ...separate]);
}
