/** Waits for `ms` milliseconds, or until it is told to go on. Never rejects. */
export function pause(ms: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      clearTimeout(timer);
      until.removeEventListener('abort', goOn);
      resolve();
    };
    const timer = setTimeout(goOn, ms);
    until.addEventListener('abort', goOn);
    if (until.aborted) goOn();
  });
}
