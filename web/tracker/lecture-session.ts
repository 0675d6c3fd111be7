import { lengthOf, type Segment } from '../../src/domain/completion/watched-segments';
import { createCallLoop, type CallLoop } from './api/call-loop';
import type { ExplainedAnswer } from './api/progress-answer';
import { createProgressApi, lessonName } from './api/progress-api';
import { lockLecture } from './lecture-lock';
import { HighestPercent, type LectureState, type TrackLectureOptions } from './lecture-tracker';
import { listenToVideo, videoLengthMs, videoPositionMs, type LectureVideo } from './playback/lecture-video';
import { PlaybackGate } from './playback/playback-gate';
import { createPlaybackMeter, type PlaybackMeter } from './playback/playback-meter';
import { ResumePoint } from './playback/resume-point';
import { createKeptProgressStore, type KeptProgressStore } from './saving/kept-progress';
import { Ledger, type Playback, type SaveOccasion } from './saving/ledger';
import { Saving } from './saving/saving';

const RETRY_DELAYS_MS = [500, 1_000, 2_000, 4_000];

/** One lesson on one video: locks the lecture, connects to the server, resumes, measures and saves. */
export class LectureSession {
  /** As of the last change. */
  state: LectureState;
  #phase: LectureState['phase'] = 'connecting';
  /** Why the session does not get to `ready`. */
  #problem: string | undefined;
  #unlock: () => void = () => {};

  readonly #video: LectureVideo;
  readonly #onChange: (state: LectureState) => void;
  readonly #lessonName: string;
  readonly #store: KeptProgressStore;
  readonly #ledger: Ledger;
  readonly #percent = new HighestPercent();
  readonly #resumePoint = new ResumePoint();
  readonly #gate: PlaybackGate;
  readonly #meter: PlaybackMeter;
  readonly #saving: Saving;
  readonly #connecting: CallLoop;
  readonly #stopListening: () => void;

  constructor(
    video: LectureVideo,
    { apiUrl, lesson, token, renewToken, retryDelaysMs = RETRY_DELAYS_MS }: TrackLectureOptions,
    onChange: (state: LectureState) => void,
  ) {
    this.#video = video;
    this.#onChange = onChange;
    const api = createProgressApi(apiUrl, lesson, token, renewToken ?? (() => Promise.resolve(undefined)));
    const publish = (): void => this.#publish();
    this.#lessonName = lessonName(lesson);
    this.#store = createKeptProgressStore(this.#lessonName, () => localStorage, Date.now);
    this.#ledger = new Ledger(lesson);
    this.#gate = new PlaybackGate(video, document.hidden, publish);
    this.#meter = createPlaybackMeter(
      video,
      () => this.#gate.isOpen,
      (part) => this.#addPlayed(part),
    );
    this.#saving = new Saving({
      api,
      ledger: this.#ledger,
      store: this.#store,
      playback: () => this.#playback(),
      retryDelaysMs,
      onChange: publish,
    });
    this.#connecting = createCallLoop<'read', ExplainedAnswer>({
      next: () => (this.#phase === 'connecting' ? 'read' : undefined),
      send: () => api.read(),
      onAnswer: (_, answer) => this.#admit(answer),
      onRefusal: (_, { code }) => this.#enter('refused', code),
      onTrouble: (trouble) => this.#enter(this.#phase, trouble),
      retryDelaysMs,
    });
    this.#stopListening = this.#listen();
    this.state = this.#snapshot();
  }

  /** Waits for the lock, then for the server. For a new page, and for one that the browser's back/forward cache shows again. */
  start(): void {
    this.#unlock = lockLecture(this.#lessonName, {
      onLocked: () => this.#connect(),
      onLockedElsewhere: () => {
        this.#enter('elsewhere');
        void this.#saving.refresh();
      },
    });
  }

  /** Saves, and leaves the lecture to other tabs until `start`. */
  suspend(): void {
    this.leave();
    this.#unlock();
    this.#resumePoint.keptPositionMs = this.#positionMs();
    this.#enter('connecting');
  }

  /** The page becomes hidden: pauses and saves. */
  leave(): void {
    const wasPlaying = !this.#video.paused;
    // Pauses before it measures: a video moves on a little until it stands, and the learner saw that.
    this.#video.pause();
    this.#step('left');
    this.#gate.leave(wasPlaying);
    if (this.#phase === 'ready') this.#saving.flush();
  }

  /** The page is visible again. */
  comeBack(): void {
    this.#gate.comeBack();
  }

  goOn(play: boolean): void {
    this.#gate.goOn(play);
  }

  refresh(): Promise<void> {
    return this.#saving.refresh();
  }

  /** Tries at once what waits for its next try. */
  retryNow(): void {
    this.#connecting.runNow();
    this.#saving.retryNow();
  }

  stop(): void {
    this.leave();
    this.#stopListening();
    this.#connecting.stop();
    this.#saving.stop();
    this.#gate.stop();
    this.#unlock();
  }

  #listen(): () => void {
    const step = (occasion: SaveOccasion) => () => this.#step(occasion);
    return listenToVideo(this.#video, {
      timeupdate: step('played'),
      playing: step('played'),
      waiting: step('played'),
      ratechange: step('played'),
      durationchange: step('played'),
      pause: step('paused'),
      seeking: () => {
        this.#step('sought');
        this.#resumePoint.noteSeek();
      },
      seeked: step('played'),
      ended: step('ended'),
      emptied: () => this.#forgetVideo(),
    });
  }

  #connect(): void {
    const kept = this.#store.read();
    if (kept !== undefined) this.#ledger.restore(kept);
    this.#resumePoint.keptPositionMs = kept?.positionMs;
    this.#enter('connecting');
    this.#connecting.run();
  }

  #admit(answer: ExplainedAnswer): void {
    this.#saving.applyExplained(answer);
    this.#resumePoint.prepare(answer);
    this.#resume();
    this.#enter('ready');
    this.#step('returned');
  }

  #enter(phase: LectureState['phase'], problem?: string): void {
    this.#phase = phase;
    this.#problem = problem;
    if (phase === 'ready') this.#gate.admit();
    else this.#gate.block();
    this.#publish();
  }

  /**
   * Moves the video to its resume position, once. For a video whose file does not name its length, the server's length is
   * enough.
   * @returns whether the position was decided now
   */
  #resume(): boolean {
    const isUnbounded = this.#video.duration === Number.POSITIVE_INFINITY;
    const lengthMs = isUnbounded ? this.#ledger.lengthMs : videoLengthMs(this.#video);
    if (!this.#resumePoint.isPending || lengthMs === 0) return false;
    const positionMs = this.#resumePoint.decide(lengthMs);
    if (positionMs !== undefined) {
      this.#gate.moveTo(positionMs / 1000);
      this.#meter.read();
    }
    return true;
  }

  #addPlayed(part: Segment): void {
    this.#resumePoint.cancel();
    this.#ledger.add(part);
  }

  /** Measures what was played, and saves when a save is due. */
  #step(occasion: SaveOccasion): void {
    this.#ledger.setVideoLength(videoLengthMs(this.#video));
    this.#meter.read();
    // Progress of an earlier visit may have waited for the length, so it counts as returned when the length is there.
    if (this.#phase === 'ready') this.#saving.saveIfDue(this.#resume() ? 'returned' : occasion);
    this.#publish();
  }

  /** The video loads another file. */
  #forgetVideo(): void {
    this.#meter.reset();
    this.#ledger.setVideoLength(0);
    this.#publish();
  }

  #playback(): Playback {
    return { positionMs: this.#positionMs(), rate: this.#video.playbackRate };
  }

  #positionMs(): number {
    const isResumed = this.#phase === 'ready' && !this.#resumePoint.isPending;
    if (!isResumed) return this.#resumePoint.keptPositionMs ?? 0;
    // The video may be further than the meter. The next visit resumes here, and a later position would leave a hole.
    return this.#meter.positionMs ?? videoPositionMs(this.#video);
  }

  #publish(): void {
    this.state = this.#snapshot();
    this.#onChange(this.state);
  }

  #snapshot(): LectureState {
    const { lengthMs, savedParts, watchedParts, missingMs, completed, completedAt } = this.#ledger;
    this.#percent.raise(lengthOf(watchedParts), lengthMs);
    return {
      phase: this.#phase,
      isCovered: this.#gate.isCovered,
      lengthMs,
      positionMs: this.#positionMs(),
      savedParts,
      watchedParts,
      percent: this.#percent.value,
      missingMs,
      completed,
      completedAt,
      isSaveFailing: this.#saving.isFailing,
      problem: this.#problem ?? this.#saving.problem,
      explanation: this.#saving.explanation,
    };
  }
}
