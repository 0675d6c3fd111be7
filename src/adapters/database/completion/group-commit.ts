export interface RunTogetherOptions<Job, Result> {
  /** Jobs with one key run one after another, in the order in which they came. */
  keyOf: (job: Job) => string;
  /**
   * Does some jobs with different keys at once and answers a result for each, in their order; when it throws, nothing is
   * done of any of them. Must bear being repeated.
   */
  run: (jobs: readonly Job[]) => Promise<Result[]>;
  /** How many calls of `run` may be under way, 1 or more. */
  mostRuns: number;
  /** How many jobs one call of `run` gets at the most, 1 or more. */
  mostJobs: number;
}

interface WaitingJob<Job, Result> {
  job: Job;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Runs each job by itself while there is a free run for it. Jobs that come when there is none wait, and those that
 * waited share the next one: the busier it is, the less each of them costs. When jobs that share a run fail, each is
 * tried alone, so that one does not fail another.
 */
export function runTogether<Job, Result>(options: RunTogetherOptions<Job, Result>) {
  const { keyOf, run, mostRuns, mostJobs } = options;
  let waiting: WaitingJob<Job, Result>[] = [];
  const busyKeys = new Set<string>();
  let runs = 0;

  /** The longest waiting jobs whose keys are free, each key once. */
  function takeJobs(): WaitingJob<Job, Result>[] {
    const taken: WaitingJob<Job, Result>[] = [];
    waiting = waiting.filter((entry) => {
      const key = keyOf(entry.job);
      if (taken.length === mostJobs || busyKeys.has(key)) return true;
      busyKeys.add(key);
      taken.push(entry);
      return false;
    });
    return taken;
  }

  async function settle(entries: readonly WaitingJob<Job, Result>[]): Promise<void> {
    try {
      const results = await run(entries.map(({ job }) => job));
      for (const [index, { resolve }] of entries.entries()) resolve(results[index]!);
    } catch (error) {
      if (entries.length === 1) entries[0]!.reject(error);
      else for (const entry of entries) await settle([entry]);
    }
  }

  async function startRun(): Promise<void> {
    runs += 1;
    for (let entries = takeJobs(); entries.length > 0; entries = takeJobs()) {
      await settle(entries);
      for (const { job } of entries) busyKeys.delete(keyOf(job));
    }
    runs -= 1;
  }

  return {
    add: (job: Job): Promise<Result> =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        if (runs < mostRuns) void startRun();
      }),
    /** Jobs that no run has taken up yet. */
    waiting: (): number => waiting.length,
  };
}
