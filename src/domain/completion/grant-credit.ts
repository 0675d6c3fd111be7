import type { RefusedTime } from './refusal';
import { difference, earliest, lengthOf, unionOf, withinVideo, type Segment } from './watched-segments';

/**
 * The largest number of separate segments of one lesson (decision 0010). A learner who seeks leaves some dozens. A part
 * that needs one more is refused: to join two segments would invent credit, to drop one would take it back.
 */
export const MAX_SEGMENTS = 1_000;

export interface CreditRequest {
  /** The credit so far, as a union. It can reach beyond `lengthMs` after the LMS shortened the lesson. */
  watched: readonly Segment[];
  /** The parts that the page claims. They can overlap, be unsorted, or lie outside the video. */
  claimed: readonly Segment[];
  lengthMs: number;
  /** The credit that the clocks allow in addition to `watched`. */
  allowanceMs: number;
}

export interface CreditDecision {
  /** `request.watched` with the granted parts, as a union. */
  watched: Segment[];
  grantedMs: number;
  refused: RefusedTime[];
}

/**
 * Credits claimed parts that lie inside the video and have no credit yet, up to the allowance, the earliest parts first.
 * A refused part leaves no trace: it can be watched, claimed and credited later. `watched` never loses a part. While the
 * allowance is enough, several claims give their union, in any order and any number of times. When it is not, their sum
 * is the allowance.
 */
export function grantCredit(request: CreditRequest): CreditDecision {
  const claimed = unionOf(request.claimed);
  const inside = withinVideo(claimed, request.lengthMs);
  const fresh = difference(inside, request.watched);
  const allowed = earliest(fresh, request.allowanceMs);
  const watched = addUpToMaximum(request.watched, allowed);
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

function addUpToMaximum(watched: readonly Segment[], granted: readonly Segment[]): Segment[] {
  const whole = unionOf([...watched, ...granted]);
  if (whole.length <= MAX_SEGMENTS) return whole;
  // A part that touches a segment adds no segment, and can remove one by closing a gap. Each other part adds one.
  const touches = ([from, to]: Segment): boolean => watched.some(([start, end]) => start <= to && from <= end);
  const extended = unionOf([...watched, ...granted.filter(touches)]);
  const separate = granted.filter((part) => !touches(part)).slice(0, MAX_SEGMENTS - extended.length);
  return unionOf([...extended, ...separate]);
}
