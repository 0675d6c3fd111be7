import type { LmsSubject } from '../lms-failure';

/** The largest page that the contract allows. A page may hold fewer items. */
const LARGEST = 100;

/**
 * How many items the first page of a list asks for: the largest page, but less after pages of this list were too large. It
 * doubles with each further listing, so that a large item that is gone costs nothing for long.
 */
export class PageLimits {
  private readonly bySubject = new Map<string, number>();

  first(subject: LmsSubject): number {
    const limit = Math.min(LARGEST, 2 * (this.bySubject.get(keyOf(subject)) ?? LARGEST));
    if (limit === LARGEST) this.bySubject.delete(keyOf(subject));
    else this.bySubject.set(keyOf(subject), limit);
    return limit;
  }

  shrink(subject: LmsSubject, limit: number): void {
    this.bySubject.set(keyOf(subject), limit);
  }
}

function keyOf({ operation, skId }: LmsSubject): string {
  return `${skId} ${operation}`;
}
