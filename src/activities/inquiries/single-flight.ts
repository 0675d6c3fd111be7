export interface SingleFlight {
  /** Starts `run` now, or again after the one that is running. */
  request(): void;
  /** Resolves when nothing runs and nothing was requested. */
  idle(): Promise<void>;
}

/** Runs `run` at most once at a time. All requests that come while it runs share the next run. */
export function createSingleFlight(run: () => Promise<void>): SingleFlight {
  let isRequested = false;
  let running: Promise<void> | undefined;
  const loop = async () => {
    while (isRequested) {
      isRequested = false;
      await run();
    }
    running = undefined;
  };
  return {
    request() {
      isRequested = true;
      running ??= loop();
    },
    idle: () => running ?? Promise.resolve(),
  };
}
