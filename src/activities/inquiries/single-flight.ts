export interface SingleFlight {
  /** Has `run` begin some time after this call; never two at once. */
  request(): void;
  /** Resolves when nothing runs and nothing is asked for. */
  settled(): Promise<void>;
}

/** Turns any number of requests into one run at a time; those that come while it runs share the next. */
export function createSingleFlight(run: () => Promise<void>): SingleFlight {
  let requested = false;
  let running: Promise<void> | undefined;
  const loop = async () => {
    while (requested) {
      requested = false;
      await run();
    }
    running = undefined;
  };
  return {
    request() {
      requested = true;
      running ??= loop();
    },
    settled: () => running ?? Promise.resolve(),
  };
}
