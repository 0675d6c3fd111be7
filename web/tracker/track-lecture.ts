import { LectureSession } from './lecture-session';
import type { LectureState, LectureTracker, TrackLectureOptions } from './lecture-tracker';
import type { LectureVideo } from './playback/lecture-video';

/**
 * Measures what is watched of a lecture and has the server count it (contract section 7). The video plays after the server
 * answered, in one tab of a browser, and while its page is visible.
 */
export function trackLecture(video: LectureVideo, options: TrackLectureOptions): LectureTracker {
  const listeners = new Set<(state: LectureState) => void>();
  const session = new LectureSession(video, options, (state) => {
    for (const listener of listeners) listener(state);
  });
  const stopListening = listenToPage(session);
  session.start();

  return {
    get state() {
      return session.state;
    },
    onChange(listener) {
      listeners.add(listener);
      listener(session.state);
      return () => listeners.delete(listener);
    },
    goOn: (play = true) => session.goOn(play),
    refresh: () => session.refresh(),
    stop() {
      stopListening();
      session.stop();
    },
  };
}

/** @returns removes the listeners */
function listenToPage(session: LectureSession): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  const onVisibilityChange = (): void => (document.hidden ? session.leave() : session.comeBack());
  document.addEventListener('visibilitychange', onVisibilityChange, { signal });
  // A page that closes becomes hidden after `pagehide`, not before it.
  addEventListener('pagehide', () => session.suspend(), { signal });
  const onPageShow = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) session.start();
  };
  addEventListener('pageshow', onPageShow, { signal });
  addEventListener('online', () => session.retryNow(), { signal });
  return () => stopped.abort();
}
