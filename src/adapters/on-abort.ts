const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal aborts, until what it answers is called. Thousands of waiting requests share one signal,
 * and removing a listener from an AbortSignal walks through all of them; a set behind one listener does not.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let callbacks = callbacksOf.get(signal);
  if (callbacks === undefined) {
    const created = new Set<() => void>();
    signal.addEventListener('abort', () => created.forEach((each) => each()), { once: true });
    callbacksOf.set(signal, (callbacks = created));
  }
  const registered = callbacks;
  registered.add(callback);
  return () => registered.delete(callback);
}
