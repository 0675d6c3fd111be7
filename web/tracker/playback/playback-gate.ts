import type { LectureVideo } from './lecture-video';

/** A pause this short before the page was hidden may be the browser's own, which comes first for a muted video. */
const BROWSER_PAUSE_MS = 1_000;
/** Less is no other place: `currentTime` moves a little at each start. */
const SAME_PLACE_SECONDS = 0.05;

export interface PlaybackGate {
  /** Whether what plays now counts. While it does not, the video is kept paused, whoever starts it. */
  isOpen(): boolean;
  isCovered(): boolean;
  /** From now on it may play; starts it if that was asked for before. */
  admit(): void;
  /** The opposite of `admit`. */
  refuse(): void;
  /** The page is hidden. What played covers itself, and stays covered when the page is back. */
  leave(wasPlaying: boolean): void;
  /** The page is seen again. */
  comeBack(): void;
  /** Lifts the cover, and plays on from where it fell unless told not to. */
  goOn(play: boolean): void;
  /** Moves the video while it waits. */
  moveTo(seconds: number): void;
  stop(): void;
}

/**
 * Decides whether the video may play, and holds it where it may not. Events are all there is to go by: a browser resumes
 * a muted or soundless video by itself when its page returns, scripts call `play()`, and picture-in-picture and media
 * keys reach a video behind anything.
 */
export function createPlaybackGate(video: LectureVideo, isHidden: boolean, onChange: () => void): PlaybackGate {
  let admitted = false;
  let hidden = isHidden;
  let covered = isHidden;
  let playWanted = false;
  let pausedAtMs = Number.NEGATIVE_INFINITY;
  let restingAtSeconds = video.currentTime;

  const isOpen = (): boolean => admitted && !covered && !hidden;

  function hold(): void {
    if (isOpen() || video.paused) return;
    if (!admitted && !hidden) playWanted = true;
    if (hidden && !covered) {
      covered = true;
      onChange();
    }
    video.pause();
  }
  function notePause(): void {
    pausedAtMs = performance.now();
  }
  function notePlace(): void {
    restingAtSeconds = video.currentTime;
  }
  function play(): void {
    // What it moved while it was held back was never shown.
    if (Math.abs(video.currentTime - restingAtSeconds) > SAME_PLACE_SECONDS) video.currentTime = restingAtSeconds;
    playWanted = false;
    // A browser may refuse (no gesture yet): the learner then presses play.
    Promise.resolve(video.play()).catch(() => {});
  }

  const listeners = [
    ['play', hold],
    ['playing', hold],
    ['timeupdate', hold],
    ['pause', notePause],
    ['seeking', notePlace],
    ['loadedmetadata', notePlace],
  ] as const;
  for (const [type, listener] of listeners) video.addEventListener(type, listener);

  return {
    isOpen,
    isCovered: () => covered,
    admit() {
      admitted = true;
      if (playWanted && isOpen()) play();
    },
    refuse() {
      admitted = false;
      hold();
      notePlace();
    },
    leave(wasPlaying) {
      if (hidden) return;
      hidden = true;
      covered ||= (wasPlaying || performance.now() - pausedAtMs < BROWSER_PAUSE_MS) && !video.ended;
      hold();
      notePlace();
      onChange();
    },
    comeBack() {
      hidden = false;
      hold();
      onChange();
    },
    goOn(shouldPlay) {
      if (hidden || !covered) return;
      covered = false;
      if (!admitted) playWanted ||= shouldPlay;
      else if (shouldPlay) play();
      onChange();
    },
    moveTo(seconds) {
      video.currentTime = seconds;
      restingAtSeconds = seconds;
    },
    stop() {
      for (const [type, listener] of listeners) video.removeEventListener(type, listener);
    },
  };
}
