/** A page that reloads keeps its lock for a moment. A tab waits this long before it takes the lock for another tab's. */
const RELOAD_MS = 300;

export interface LockListener {
  /** This tab has the lock. It keeps the lock until it unlocks the lecture, closes or crashes. */
  onLocked(): void;
  /** Another tab of this browser has the lock. `onLocked` follows when that tab releases it. */
  onLockedElsewhere(): void;
}

/**
 * Locks a lecture, so that only one tab of a browser plays it. Web Locks exist in secure contexts alone (https, or a
 * loopback address). Without them every tab counts as locked: the server still counts each moment once.
 * @returns unlocks the lecture, or stops waiting for the lock
 */
export function lockLecture(lessonName: string, listener: LockListener): () => void {
  if (typeof navigator.locks === 'undefined') {
    listener.onLocked();
    return () => {};
  }
  const waiting = new AbortController();
  let release = (): void => {};
  const timer = setTimeout(() => listener.onLockedElsewhere(), RELOAD_MS);
  navigator.locks
    .request(`openeg:${lessonName}`, { signal: waiting.signal }, () => {
      clearTimeout(timer);
      if (waiting.signal.aborted) return undefined;
      listener.onLocked();
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    })
    .catch((error: unknown) => {
      clearTimeout(timer);
      // A sandboxed frame may not use Web Locks. Two tabs that play are better than a lecture that nobody can watch.
      if ((error as Error).name !== 'AbortError') listener.onLocked();
    });
  return () => {
    clearTimeout(timer);
    waiting.abort();
    release();
  };
}
