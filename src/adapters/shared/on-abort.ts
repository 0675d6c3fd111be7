interface Listeners {
  callbacks: Set<() => void>;
  /** The signal's only listener. */
  callAll: () => void;
}

const listenersOf = new WeakMap<AbortSignal, Listeners>();

/**
 * Calls back when the signal aborts, until the returned function is called. It does nothing for a signal that is aborted
 * already. All callbacks of a signal share one listener: thousands of waiting requests can share one signal, and removing
 * a listener from an AbortSignal walks through all of them. The listener goes with the last callback, because Node keeps a
 * signal with listeners in memory.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const listeners = listenersOf.get(signal) ?? listen(signal);
  listeners.callbacks.add(callback);
  return () => {
    if (!listeners.callbacks.delete(callback) || listeners.callbacks.size > 0) return;
    signal.removeEventListener('abort', listeners.callAll);
    if (listenersOf.get(signal) === listeners) listenersOf.delete(signal);
  };
}

function listen(signal: AbortSignal): Listeners {
  const callbacks = new Set<() => void>();
  const listeners = { callbacks, callAll: () => callbacks.forEach((each) => each()) };
  signal.addEventListener('abort', listeners.callAll, { once: true });
  listenersOf.set(signal, listeners);
  return listeners;
}
