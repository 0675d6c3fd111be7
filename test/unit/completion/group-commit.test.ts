import { createGroupCommit } from '../../../src/adapters/database/completion/group-commit';

interface Job {
  key: string;
  name: string;
  fails?: boolean;
}

/** Transactions that end when the test ends them. */
function controlledTransactions(limits: { maxTransactions: number; maxJobsPerTransaction: number }) {
  const transactions: { names: string[]; end: () => void }[] = [];
  const groupCommit = createGroupCommit<Job, string>({
    ...limits,
    keyOf: ({ key }) => key,
    commit: (jobs) =>
      new Promise((resolve, reject) => {
        const end = () => {
          if (jobs.some(({ fails }) => fails)) reject(new Error(jobs.map(({ name }) => name).join()));
          else resolve(jobs.map(({ name }) => `${name} done`));
        };
        transactions.push({ names: jobs.map(({ name }) => name), end });
      }),
  });
  const run = (key: string, name: string, fails = false) => groupCommit.run({ key, name, fails });
  /** Ends all current transactions, then lets the next ones begin. */
  const endTransactions = async () => {
    for (const { end } of transactions.splice(0)) end();
    await new Promise(setImmediate);
  };
  return { transactions, run, endTransactions, waitingJobs: groupCommit.waitingJobs };
}

const namesOf = (transactions: { names: string[] }[]) => transactions.map(({ names }) => names);

it('commits a job alone while a transaction is free, and later jobs in shared transactions', async () => {
  const { transactions, run, endTransactions, waitingJobs } = controlledTransactions({
    maxTransactions: 2,
    maxJobsPerTransaction: 3,
  });
  const results = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => run(name, name)));
  expect(namesOf(transactions)).toEqual([['a'], ['b']]);
  expect(waitingJobs()).toBe(4);
  await endTransactions();
  expect(namesOf(transactions)).toEqual([['c', 'd', 'e'], ['f']]);
  await endTransactions();
  expect(await results).toEqual(['a done', 'b done', 'c done', 'd done', 'e done', 'f done']);
  expect(waitingJobs()).toBe(0);
});

it('never commits two jobs of one key at once, and keeps their order', async () => {
  const { transactions, run, endTransactions } = controlledTransactions({
    maxTransactions: 2,
    maxJobsPerTransaction: 10,
  });
  const results = Promise.all([run('x', 'x1'), run('x', 'x2'), run('x', 'x3'), run('y', 'y1')]);
  const committed: string[][] = [];
  while (transactions.length > 0) {
    committed.push(...namesOf(transactions));
    await endTransactions();
  }
  expect(committed.flat().filter((name) => name.startsWith('x'))).toEqual(['x1', 'x2', 'x3']);
  for (const names of committed) expect(names.filter((name) => name.startsWith('x')).length).toBeLessThanOrEqual(1);
  expect(await results).toHaveLength(4);
});

it('tries each job alone when a shared transaction fails, so that one failure stays alone', async () => {
  const { transactions, run, endTransactions } = controlledTransactions({
    maxTransactions: 1,
    maxJobsPerTransaction: 10,
  });
  const first = run('a', 'a');
  const shared = Promise.allSettled([run('b', 'b'), run('c', 'c', true), run('d', 'd')]);
  await endTransactions();
  await first;
  expect(namesOf(transactions)).toEqual([['b', 'c', 'd']]);
  while (transactions.length > 0) await endTransactions();
  expect(await shared).toEqual([
    { status: 'fulfilled', value: 'b done' },
    { status: 'rejected', reason: new Error('c') },
    { status: 'fulfilled', value: 'd done' },
  ]);
  const after = run('c', 'c again');
  await endTransactions();
  expect(await after).toBe('c again done');
});
