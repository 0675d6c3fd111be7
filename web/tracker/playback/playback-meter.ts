import { difference, unionOf, type Segment } from '../../../src/domain/completion/watched-segments';
import { videoPositionMs, type LectureVideo } from './lecture-video';

/** Browsers round `played` and `currentTime` separately, so the two may differ by a frame. */
const TOLERANCE_MS = 50;
/** A clock that ran ahead steps back by less than this. A larger step is a jump. */
const CORRECTION_MS = 500;

export interface PlaybackMeter {
  /** The position up to which the video was measured. Undefined while it seeks. */
  readonly positionMs: number | undefined;
  /** Measures what was played since the last call. Call it at each event of the video, and before a decision. */
  read(): void;
  /** Forgets the position: the video loads another file. */
  reset(): void;
}

/**
 * Measures what is played, on the video's own clock (decision 0012). A span starts where the playhead stood before: at
 * `play` and after a stall `currentTime` is 0.1-0.2 s ahead of the picture, so a span that started at `currentTime` would
 * lose that much each time. Only parts that the video lists as `played` count, so a jump never counts as playing.
 * @param isCounting whether what is played now counts
 */
export function createPlaybackMeter(
  video: LectureVideo,
  isCounting: () => boolean,
  onPlayed: (part: Segment) => void,
): PlaybackMeter {
  let cursorMs: number | undefined;
  /** `played` as of the last read. Undefined before the first one. */
  let playedBefore: Segment[] | undefined;

  function count(fromMs: number, toMs: number): void {
    if (toMs > fromMs && isCounting()) onPlayed([fromMs, toMs]);
  }

  /** The parts of `parts` that were played since the last read. */
  function newlyPlayed(parts: Segment[]): Segment[] {
    return difference(parts, playedBefore ?? parts);
  }

  /** Ends the span that a seek interrupted. The old position is lost, but `played` contains the rest of the span. */
  function endSpan(played: Segment[]): void {
    if (cursorMs === undefined) return;
    const fromMs = cursorMs;
    const rest = newlyPlayed(played).find(([from]) => Math.abs(from - fromMs) <= TOLERANCE_MS);
    if (rest !== undefined) count(fromMs, rest[1]);
    cursorMs = undefined;
  }

  /** A playing video has moved on when the end of its seek is announced. `played` contains where it started. */
  function startOfSpan(played: Segment[], nowMs: number): number {
    const range = played.findLast(([from, to]) => from <= nowMs && nowMs <= to + TOLERANCE_MS);
    const [part] = range === undefined ? [] : newlyPlayed([range]);
    return Math.min(part?.[0] ?? nowMs, nowMs);
  }

  function advance(played: Segment[], nowMs: number): void {
    const isJump = cursorMs === undefined || nowMs < cursorMs - CORRECTION_MS;
    const fromMs = isJump ? startOfSpan(played, nowMs) : cursorMs!;
    const range = played.findLast(([from, to]) => from <= fromMs + TOLERANCE_MS && fromMs <= to + TOLERANCE_MS);
    if (range !== undefined) count(fromMs, nowMs <= range[1] + TOLERANCE_MS ? nowMs : range[1]);
    cursorMs = Math.max(fromMs, nowMs);
  }

  return {
    get positionMs() {
      return cursorMs;
    },
    read() {
      const played = playedParts(video);
      if (video.seeking) endSpan(played);
      else advance(played, videoPositionMs(video));
      playedBefore = played;
    },
    reset() {
      cursorMs = undefined;
      playedBefore = undefined;
    },
  };
}

function playedParts({ played }: LectureVideo): Segment[] {
  const parts: Segment[] = [];
  for (let index = 0; index < played.length; index += 1) {
    parts.push([Math.round(played.start(index) * 1000), Math.round(played.end(index) * 1000)]);
  }
  return unionOf(parts);
}
