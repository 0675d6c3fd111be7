const waiting: (() => void)[] = [];

/**
 * Resolves in a later turn of the event loop, for one caller in each turn and in the order of the calls. Call it before
 * work that keeps the process busy for a millisecond, such as parsing an answer of the LMS: fifteen answers often arrive
 * together, and without a turn between them all are parsed before the next requests are written, while the LMS's slots
 * stay empty (decision 0015).
 */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(serveNext);
  });
}

function serveNext(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(serveNext);
}
