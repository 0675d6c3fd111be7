export interface GroupCommitOptions<Job, Result> {
  /** Jobs with one key run one after another, in the order in which they came. */
  keyOf: (job: Job) => string;
  /**
   * Runs jobs with different keys in one transaction and returns one result for each, in their order. When it throws,
   * the transaction has stored nothing. A job can run again after a failure.
   */
  commit: (jobs: readonly Job[]) => Promise<Result[]>;
  /** The largest number of transactions at once, 1 or more. */
  maxTransactions: number;
  /** The largest number of jobs in one transaction, 1 or more. */
  maxJobsPerTransaction: number;
}

interface WaitingJob<Job, Result> {
  job: Job;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Group commit (decision 0011): a job gets its own transaction while fewer than `maxTransactions` run. Later jobs wait
 * and share the next transaction, so one job costs less the busier the server is. When a shared transaction fails, each
 * of its jobs is tried alone: one bad job fails no other.
 */
export function createGroupCommit<Job, Result>(options: GroupCommitOptions<Job, Result>) {
  const { keyOf, commit, maxTransactions, maxJobsPerTransaction } = options;
  let waiting: WaitingJob<Job, Result>[] = [];
  const busyKeys = new Set<string>();
  let transactions = 0;

  /** The jobs that wait longest and whose keys are free, one job for each key. */
  function takeJobs(): WaitingJob<Job, Result>[] {
    const taken: WaitingJob<Job, Result>[] = [];
    waiting = waiting.filter((entry) => {
      const key = keyOf(entry.job);
      if (taken.length === maxJobsPerTransaction || busyKeys.has(key)) return true;
      busyKeys.add(key);
      taken.push(entry);
      return false;
    });
    return taken;
  }

  async function runJobs(entries: readonly WaitingJob<Job, Result>[]): Promise<void> {
    try {
      const results = await commit(entries.map(({ job }) => job));
      for (const [index, { resolve }] of entries.entries()) resolve(results[index]!);
    } catch (error) {
      if (entries.length === 1) entries[0]!.reject(error);
      else for (const entry of entries) await runJobs([entry]);
    }
  }

  async function runTransactions(): Promise<void> {
    transactions += 1;
    for (let entries = takeJobs(); entries.length > 0; entries = takeJobs()) {
      await runJobs(entries);
      for (const { job } of entries) busyKeys.delete(keyOf(job));
    }
    transactions -= 1;
  }

  return {
    /** Resolves with the job's result after its transaction is committed; rejects with the error of `commit`. */
    run: (job: Job): Promise<Result> =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        if (transactions < maxTransactions) void runTransactions();
      }),
    /** The number of jobs that no transaction has taken yet. */
    waitingJobs: (): number => waiting.length,
  };
}
