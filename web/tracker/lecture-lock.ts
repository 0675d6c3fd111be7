/** How long a tab waits for another one's word before it plays. */
const ANSWER_MS = 300;
/** How often a waiting tab asks again where a browser has no locks: the other one may have crashed. */
const ASK_AGAIN_MS = 2_000;

export interface LockListener {
  /** This tab has the lecture, until the lock is released. */
  onHeld(): void;
  /** Another tab of this browser has it. `onHeld` follows when that one is closed, or crashed. */
  onTaken(): void;
}

/**
 * Lets one tab of a browser play a lecture. Web Locks, which the browser frees also when a tab crashes, need a page that
 * was served over TLS or from this machine; elsewhere tabs ask each other.
 * @returns releases the lock, or the wait for it
 */
export function holdLecture(name: string, listener: LockListener): () => void {
  if (typeof navigator.locks !== 'undefined') return holdByLock(name, listener);
  return typeof BroadcastChannel === 'undefined' ? holdAlone(listener) : holdByAsking(name, listener);
}

function holdAlone(listener: LockListener): () => void {
  listener.onHeld();
  return () => {};
}

function holdByLock(name: string, listener: LockListener): () => void {
  const abort = new AbortController();
  let release = (): void => {};
  // A page that is reloaded may still hold it for a moment: that is no other tab.
  const taken = setTimeout(() => listener.onTaken(), ANSWER_MS);
  navigator.locks
    .request(`openeg:${name}`, { signal: abort.signal }, () => {
      clearTimeout(taken);
      if (abort.signal.aborted) return undefined;
      listener.onHeld();
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    })
    .catch((error: unknown) => {
      clearTimeout(taken);
      // A sandboxed frame has no locks: better one tab too many than a lecture that can't be watched.
      if ((error as Error).name !== 'AbortError') listener.onHeld();
    });
  return () => {
    clearTimeout(taken);
    abort.abort();
    release();
  };
}

function holdByAsking(name: string, listener: LockListener): () => void {
  const channel = new BroadcastChannel(`openeg:${name}`);
  // Of two tabs that ask at the same time the one with the smaller number wins.
  const mine = Math.random();
  let held = false;
  let timer = setTimeout(take, ANSWER_MS);
  channel.postMessage({ asks: mine });
  channel.addEventListener('message', ({ data }: MessageEvent<{ asks?: number; holds?: true; free?: true }>) => {
    if (data.asks !== undefined && (held || mine < data.asks)) channel.postMessage({ holds: true });
    if (held) return;
    if (data.holds === true) {
      listener.onTaken();
      restart(ask, ASK_AGAIN_MS);
    }
    if (data.free === true) ask();
  });

  function restart(next: () => void, waitMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(next, waitMs);
  }
  function ask(): void {
    channel.postMessage({ asks: mine });
    restart(take, ANSWER_MS);
  }
  function take(): void {
    held = true;
    listener.onHeld();
  }
  return () => {
    clearTimeout(timer);
    if (held) channel.postMessage({ free: true });
    channel.close();
  };
}
