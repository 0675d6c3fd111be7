const waiting: (() => void)[] = [];

/**
 * Resolves when it is the caller's turn to keep the process busy for a moment: one caller in each turn of the event loop,
 * so that sockets are served between two of them. Without it the answers of one moment are all read before any of the
 * requests that follow is written, and the slots at the LMS stand empty meanwhile.
 */
export function ownTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(serveNext);
  });
}

function serveNext(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(serveNext);
}
