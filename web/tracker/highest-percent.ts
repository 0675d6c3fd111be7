/** A length that grows by less is the same one, told more exactly: what the server takes for the same as well. */
const SAME_LENGTH = 1.02;

export interface HighestPercent {
  /** Whole percent, 0 to 100. */
  readonly value: number;
  note(watchedMs: number, lengthMs: number): void;
}

/** The most that was watched of a video. It falls only when the video turns out to be longer, for then it was never right. */
export function createHighestPercent(): HighestPercent {
  let value = 0;
  let ofMs = 0;
  return {
    get value() {
      return value;
    },
    note(watchedMs, lengthMs) {
      if (lengthMs === 0) return;
      if (lengthMs > ofMs * SAME_LENGTH) [value, ofMs] = [0, lengthMs];
      value = Math.max(value, Math.floor((watchedMs * 100) / lengthMs));
    },
  };
}
