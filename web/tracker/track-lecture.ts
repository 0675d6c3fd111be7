import { lengthOf } from '../../src/domain/completion/watched-segments';
import { createCallLoop } from './api/call-loop';
import { createHighestPercent } from './highest-percent';
import { createKeptProgressStore } from './saving/kept-progress';
import { Ledger, type Playback, type SaveOccasion } from './saving/ledger';
import { lockLecture } from './lecture-lock';
import type { LectureState } from './lecture-state';
import { videoLengthMs, videoPositionMs, type LectureVideo } from './playback/lecture-video';
import { lessonName } from './api/lesson';
import { createPlaybackGate } from './playback/playback-gate';
import { createPlaybackMeter } from './playback/playback-meter';
import { createProgressApi } from './api/progress-api';
import type { ExplainedAnswer } from './api/progress-answer';
import { resumePositionMs } from './resume-position-ms';
import { createSaving } from './saving/saving';
import type { TrackLectureOptions } from './track-lecture-options';

const RETRY_DELAYS_MS = [500, 1_000, 2_000, 4_000];

/** What the video tells, and what it means for saving. */
const VIDEO_EVENTS: Record<string, SaveOccasion> = {
  timeupdate: 'played',
  playing: 'played',
  waiting: 'played',
  ratechange: 'played',
  durationchange: 'played',
  pause: 'paused',
  seeking: 'sought',
  seeked: 'played',
  ended: 'ended',
};

export interface LectureTracker {
  readonly state: LectureState;
  /** `listener` is called at each change of `state`, several times a second while it plays. Returns its own end. */
  onChange(listener: (state: LectureState) => void): () => void;
  /** Lifts the cover; plays on unless told not to. */
  goOn(play?: boolean): void;
  /** Asks the server what it counted, and why not more. */
  refresh(): Promise<void>;
  /** Saves what is watched and lets the video go. */
  stop(): void;
}

/**
 * Measures what is watched of a lecture and has it counted (contract section 7). The video plays once the server
 * answered, in one tab of a browser, and while its page is seen.
 */
export function trackLecture(video: LectureVideo, options: TrackLectureOptions): LectureTracker {
  const name = lessonName(options.lesson);
  const retryDelaysMs = options.retryDelaysMs ?? RETRY_DELAYS_MS;
  const renewToken = options.renewToken ?? (() => Promise.resolve(undefined));
  const api = createProgressApi(options.apiUrl, options.lesson, options.token, renewToken);
  const store = createKeptProgressStore(name, () => localStorage, Date.now);
  const ledger = new Ledger(options.lesson);
  const percent = createHighestPercent();
  const listeners = new Set<(state: LectureState) => void>();
  const events = new AbortController();
  const gate = createPlaybackGate(video, document.hidden, emit);
  const meter = createPlaybackMeter(video, gate.isOpen, (part) => {
    // What plays already is not moved any more.
    resumesFrom = undefined;
    ledger.add(part);
  });
  const saving = createSaving({ ledger, api, store, playback, retryDelaysMs, onChange: emit });
  const connecting = createCallLoop<'read', ExplainedAnswer>({
    next: () => (phase === 'connecting' ? 'read' : undefined),
    send: () => api.read(),
    onAnswer: (_, answer) => start(answer),
    onRefusal: (_, { code }) => enter('refused', code),
    onTrouble: (trouble) => enter(phase, trouble),
    retryDelaysMs,
  });

  let phase: LectureState['phase'] = 'connecting';
  let problem: string | undefined;
  let keptPositionMs: number | undefined;
  let resumesFrom: ExplainedAnswer | undefined;
  let wasSought = false;
  let state = snapshot();

  function lock(): () => void {
    return lockLecture(name, {
      onLocked() {
        const kept = store.read();
        if (kept !== undefined) ledger.adopt(kept);
        keptPositionMs = kept?.positionMs;
        enter('connecting');
        connecting.run();
      },
      onLockedElsewhere() {
        enter('elsewhere');
        void saving.refresh();
      },
    });
  }

  function enter(next: LectureState['phase'], nextProblem?: string): void {
    phase = next;
    problem = nextProblem;
    if (phase === 'ready') gate.admit();
    else gate.refuse();
    emit();
  }

  function start(answer: ExplainedAnswer): void {
    saving.takeExplained(answer);
    resumesFrom = answer;
    resume();
    enter('ready');
    step('returned');
  }

  /**
   * Once, when both the server and the video said what is needed, unless the learner chose a place before that, or plays.
   * For a video whose file does not name its length the server's will do.
   * @returns whether it was now
   */
  function resume(): boolean {
    const lengthMs = video.duration === Number.POSITIVE_INFINITY ? ledger.lengthMs : videoLengthMs(video);
    if (resumesFrom === undefined || lengthMs === 0) return false;
    const positionMs = resumePositionMs(keptPositionMs, lengthMs, resumesFrom);
    resumesFrom = undefined;
    if (!wasSought) {
      gate.moveTo(positionMs / 1000);
      meter.read();
    }
    return true;
  }

  function playback(): Playback {
    const isPlaced = phase === 'ready' && resumesFrom === undefined;
    return {
      // Who goes on from there finds no hole between what was read and where it stood.
      positionMs: isPlaced ? (meter.positionMs ?? videoPositionMs(video)) : (keptPositionMs ?? 0),
      rate: video.playbackRate,
    };
  }

  function step(occasion: SaveOccasion): void {
    ledger.noteLength(videoLengthMs(video));
    meter.read();
    // What an earlier visit left may have waited for the length.
    if (phase === 'ready') saving.note(resume() ? 'returned' : occasion);
    emit();
  }

  function leave(): void {
    const wasPlaying = !video.paused;
    // Paused first: what it still moves belongs to what was seen.
    video.pause();
    step('left');
    gate.leave(wasPlaying);
    if (phase === 'ready') saving.leave();
  }

  function snapshot(): LectureState {
    const { lengthMs, savedParts, watchedParts, missingMs, completed, completedAt } = ledger;
    percent.note(lengthOf(watchedParts), lengthMs);
    return {
      phase,
      isCovered: gate.isCovered(),
      lengthMs,
      positionMs: playback().positionMs,
      savedParts,
      watchedParts,
      percent: percent.value,
      missingMs,
      completed,
      completedAt,
      isSaveFailing: saving.isFailing,
      problem: problem ?? saving.problem,
      explanation: saving.explanation,
    };
  }

  function emit(): void {
    state = snapshot();
    for (const listener of listeners) listener(state);
  }

  const videoListeners = Object.entries(VIDEO_EVENTS).map(([type, occasion]) => [type, () => step(occasion)] as const);
  const forget = (): void => {
    meter.reset();
    ledger.noteLength(0);
    emit();
  };
  const noteSeek = (): void => {
    wasSought = true;
  };
  for (const [type, listener] of videoListeners) video.addEventListener(type, listener);
  video.addEventListener('emptied', forget);
  video.addEventListener('seeking', noteSeek);

  const { signal } = events;
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.hidden) leave();
      else gate.comeBack();
    },
    { signal },
  );
  // A closing page is hidden after this event, not before it. One that comes back from the browser's cache starts anew.
  addEventListener(
    'pagehide',
    () => {
      leave();
      unlock();
      keptPositionMs = playback().positionMs;
      enter('connecting');
    },
    { signal },
  );
  addEventListener(
    'pageshow',
    (event) => {
      if (event.persisted) unlock = lock();
    },
    { signal },
  );
  addEventListener(
    'online',
    () => {
      connecting.runNow();
      saving.retryNow();
    },
    { signal },
  );
  let unlock = lock();

  return {
    get state() {
      return state;
    },
    onChange(listener) {
      listeners.add(listener);
      listener(state);
      return () => listeners.delete(listener);
    },
    goOn: (play = true) => gate.goOn(play),
    refresh: () => saving.refresh(),
    stop() {
      leave();
      events.abort();
      for (const [type, listener] of videoListeners) video.removeEventListener(type, listener);
      video.removeEventListener('emptied', forget);
      video.removeEventListener('seeking', noteSeek);
      connecting.stop();
      saving.stop();
      gate.stop();
      unlock();
    },
  };
}
