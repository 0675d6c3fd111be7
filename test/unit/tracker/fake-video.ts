import type { LectureVideo } from '../../../web/tracker/playback/lecture-video';

/** A video that a test controls. It lists what it played, as a browser does. Times are seconds. */
export class FakeVideo implements LectureVideo {
  currentTime = 0;
  duration = 100;
  paused = true;
  ended = false;
  seeking = false;
  playbackRate = 1;
  private ranges: [number, number][] = [];
  private listeners = new Map<string, Set<() => void>>();

  get played(): LectureVideo['played'] {
    const ranges = this.ranges.map(([from, to]) => [from, to] as const);
    return { length: ranges.length, start: (index) => ranges[index]![0], end: (index) => ranges[index]![1] };
  }

  play(): void {
    this.paused = false;
    this.emit('play');
    this.emit('playing');
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.emit('pause');
  }

  /** Plays from the current time to `to`. */
  playTo(to: number): void {
    const range = this.ranges.find(([from, end]) => from <= this.currentTime && this.currentTime <= end + 0.001);
    if (range === undefined) this.ranges.push([this.currentTime, to]);
    else range[1] = Math.max(range[1], to);
    this.ranges = merged(this.ranges);
    this.currentTime = to;
  }

  /** As in a browser: the time changes at once, and the event comes later. */
  seekTo(to: number): void {
    this.seeking = true;
    this.currentTime = to;
  }

  finishSeek(): void {
    this.seeking = false;
  }

  addEventListener(type: string, listener: () => void): void {
    this.listeners.set(type, (this.listeners.get(type) ?? new Set()).add(listener));
  }

  removeEventListener(type: string, listener: () => void): void {
    this.listeners.get(type)?.delete(listener);
  }

  emit(type: string): void {
    for (const listener of this.listeners.get(type) ?? []) listener();
  }
}

function merged(ranges: readonly [number, number][]): [number, number][] {
  const union: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = union.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else union.push([from, to]);
  }
  return union;
}
