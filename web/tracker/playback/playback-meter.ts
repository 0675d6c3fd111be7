import { difference, unionOf, type Segment } from '../../../src/domain/completion/watched-segments';
import { videoPositionMs, type LectureVideo } from './lecture-video';

/** `played` and `currentTime` are rounded apart from each other, and may differ by a frame. */
const TOLERANCE_MS = 50;
/** A clock that steps back less than this was corrected after it had run ahead; more is a jump. */
const CORRECTION_MS = 500;

export interface PlaybackMeter {
  /** Up to where the video was read; undefined while it seeks. */
  readonly positionMs: number | undefined;
  /** Takes what was played since the last call. To be called at each of the video's events, and before a decision. */
  read(): void;
  /** Forgets the place: for a video that was loaded anew. */
  reset(): void;
}

/**
 * Measures what is played, on the video's own clock: a span runs from where the playhead stood at rest, for at `play` and
 * after a stall `currentTime` reads 0.1-0.2 s ahead of what is shown, and a span that began there would lose that much
 * each time. Only what the video itself lists as `played` counts, so a jump is never taken for playing.
 */
export function createPlaybackMeter(
  video: LectureVideo,
  counts: () => boolean,
  onPlayed: (part: Segment) => void,
): PlaybackMeter {
  let cursorMs: number | undefined;
  /** As of the last look; undefined before the first one. */
  let playedBefore: Segment[] | undefined;

  function report(fromMs: number, toMs: number): void {
    if (toMs > fromMs && counts()) onPlayed([fromMs, toMs]);
  }

  /** What of `parts` was played since the last look. */
  function gainedOf(parts: Segment[]): Segment[] {
    return difference(parts, playedBefore ?? parts);
  }

  /** The place before a seek is gone, but `played` still tells how far the video came. */
  function closeSpan(played: Segment[]): void {
    if (cursorMs === undefined) return;
    const fromMs = cursorMs;
    const tail = gainedOf(played).find(([from]) => Math.abs(from - fromMs) <= TOLERANCE_MS);
    if (tail !== undefined) report(fromMs, tail[1]);
    cursorMs = undefined;
  }

  /** A video that plays while it seeks is some way on when its seek is told, but `played` tells where it began. */
  function startOfSpan(played: Segment[], nowMs: number): number {
    const range = played.findLast(([from, to]) => from <= nowMs && nowMs <= to + TOLERANCE_MS);
    const [gained] = range === undefined ? [] : gainedOf([range]);
    return Math.min(gained?.[0] ?? nowMs, nowMs);
  }

  return {
    get positionMs() {
      return cursorMs;
    },
    read() {
      const played = playedParts(video);
      if (video.seeking) {
        closeSpan(played);
      } else {
        const nowMs = videoPositionMs(video);
        if (cursorMs === undefined || nowMs < cursorMs - CORRECTION_MS) cursorMs = startOfSpan(played, nowMs);
        const fromMs = cursorMs;
        const range = played.findLast(([from, to]) => from <= fromMs + TOLERANCE_MS && fromMs <= to + TOLERANCE_MS);
        if (range !== undefined) report(fromMs, nowMs <= range[1] + TOLERANCE_MS ? nowMs : range[1]);
        cursorMs = Math.max(fromMs, nowMs);
      }
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
