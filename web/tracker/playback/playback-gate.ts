import { listenToVideo, type LectureVideo } from './lecture-video';

/** For a muted video the browser itself pauses shortly before it hides the page. A pause this recent is taken for that. */
const BROWSER_PAUSE_MS = 1_000;
/** `currentTime` moves a little at each start. A smaller difference is the same position. */
const SAME_POSITION_SECONDS = 0.05;

/**
 * Decides whether the video may play, and pauses it while it may not. The gate can only react to events: a browser resumes
 * a muted or soundless video by itself when its page is visible again, scripts call `play()`, and picture-in-picture and
 * media keys reach a video behind a cover.
 */
export class PlaybackGate {
  /** The learner left while the video played. Stays until `goOn`. */
  isCovered: boolean;
  #isAdmitted = false;
  #isHidden: boolean;
  /** Somebody started the video before it was admitted. */
  #isPlayWanted = false;
  #pausedAtMs = Number.NEGATIVE_INFINITY;
  /** The last position that the learner saw. */
  #seenSeconds: number;

  readonly #video: LectureVideo;
  readonly #onChange: () => void;
  readonly #stopListening: () => void;

  constructor(video: LectureVideo, isHidden: boolean, onChange: () => void) {
    this.#video = video;
    this.#onChange = onChange;
    this.#isHidden = isHidden;
    this.isCovered = isHidden;
    this.#seenSeconds = video.currentTime;
    const pauseIfClosed = (): void => this.#pauseIfClosed();
    const rememberPosition = (): void => this.#rememberPosition();
    this.#stopListening = listenToVideo(video, {
      play: pauseIfClosed,
      playing: pauseIfClosed,
      timeupdate: pauseIfClosed,
      pause: () => {
        this.#pausedAtMs = performance.now();
      },
      seeking: rememberPosition,
      loadedmetadata: rememberPosition,
    });
  }

  /** Whether the video may play, and counts. */
  get isOpen(): boolean {
    return this.#isAdmitted && !this.isCovered && !this.#isHidden;
  }

  /** Allows the video to play. Starts it if somebody tried to before. */
  admit(): void {
    this.#isAdmitted = true;
    if (this.#isPlayWanted && this.isOpen) this.#play();
  }

  /** Forbids the video to play until `admit`. */
  block(): void {
    this.#isAdmitted = false;
    this.#pauseIfClosed();
    this.#rememberPosition();
  }

  /** The page becomes hidden. A video that played is covered. */
  leave(wasPlaying: boolean): void {
    if (this.#isHidden) return;
    this.#isHidden = true;
    const wasJustPaused = performance.now() - this.#pausedAtMs < BROWSER_PAUSE_MS;
    this.isCovered ||= (wasPlaying || wasJustPaused) && !this.#video.ended;
    this.#pauseIfClosed();
    this.#rememberPosition();
    this.#onChange();
  }

  /** The page is visible again. */
  comeBack(): void {
    this.#isHidden = false;
    this.#pauseIfClosed();
    this.#onChange();
  }

  /** Lifts the cover. Then plays on from the position that the learner saw last, unless `shouldPlay` is false. */
  goOn(shouldPlay: boolean): void {
    if (this.#isHidden || !this.isCovered) return;
    this.isCovered = false;
    if (!this.#isAdmitted) this.#isPlayWanted ||= shouldPlay;
    else if (shouldPlay) this.#play();
    this.#onChange();
  }

  /** Moves the video before it plays. */
  moveTo(seconds: number): void {
    this.#video.currentTime = seconds;
    this.#seenSeconds = seconds;
  }

  stop(): void {
    this.#stopListening();
  }

  #pauseIfClosed(): void {
    if (this.isOpen || this.#video.paused) return;
    if (!this.#isAdmitted && !this.#isHidden) this.#isPlayWanted = true;
    if (this.#isHidden && !this.isCovered) {
      this.isCovered = true;
      this.#onChange();
    }
    this.#video.pause();
  }

  #rememberPosition(): void {
    this.#seenSeconds = this.#video.currentTime;
  }

  #play(): void {
    const [video, seenSeconds] = [this.#video, this.#seenSeconds];
    // A paused video may have moved on until its pause, and the learner did not see that part.
    if (Math.abs(video.currentTime - seenSeconds) > SAME_POSITION_SECONDS) video.currentTime = seenSeconds;
    this.#isPlayWanted = false;
    // A browser may refuse to play without a gesture. Then the learner presses play.
    Promise.resolve(video.play()).catch(() => {});
  }
}
