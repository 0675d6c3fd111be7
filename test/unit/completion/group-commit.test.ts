import { runTogether } from '../../../src/adapters/database/completion/group-commit';

interface Job {
  key: string;
  name: string;
  fails?: boolean;
}

/** Runs that end when the test says so. */
function heldRuns(limits: { mostRuns: number; mostJobs: number }) {
  const runs: { names: string[]; end: () => void }[] = [];
  const together = runTogether<Job, string>({
    ...limits,
    keyOf: ({ key }) => key,
    run: (jobs) =>
      new Promise((resolve, reject) => {
        const end = () => {
          if (jobs.some(({ fails }) => fails)) reject(new Error(jobs.map(({ name }) => name).join()));
          else resolve(jobs.map(({ name }) => `${name} done`));
        };
        runs.push({ names: jobs.map(({ name }) => name), end });
      }),
  });
  const add = (key: string, name: string, fails = false) => together.add({ key, name, fails });
  /** Ends the runs that are under way and lets what follows begin. */
  const endRuns = async () => {
    for (const { end } of runs.splice(0)) end();
    await new Promise(setImmediate);
  };
  return { runs, add, endRuns, waiting: together.waiting };
}

const namesOf = (runs: { names: string[] }[]) => runs.map(({ names }) => names);

it('runs a job by itself while there is a free run, and those that waited together', async () => {
  const { runs, add, endRuns, waiting } = heldRuns({ mostRuns: 2, mostJobs: 3 });
  const results = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => add(name, name)));
  expect(namesOf(runs)).toEqual([['a'], ['b']]);
  expect(waiting()).toBe(4);
  await endRuns();
  expect(namesOf(runs)).toEqual([['c', 'd', 'e'], ['f']]);
  await endRuns();
  expect(await results).toEqual(['a done', 'b done', 'c done', 'd done', 'e done', 'f done']);
  expect(waiting()).toBe(0);
});

it('never runs two jobs of one key at once, and keeps their order', async () => {
  const { runs, add, endRuns } = heldRuns({ mostRuns: 2, mostJobs: 10 });
  const results = Promise.all([add('x', 'x1'), add('x', 'x2'), add('x', 'x3'), add('y', 'y1')]);
  const ran: string[][] = [];
  while (runs.length > 0) {
    ran.push(...namesOf(runs));
    await endRuns();
  }
  expect(ran.flat().filter((name) => name.startsWith('x'))).toEqual(['x1', 'x2', 'x3']);
  for (const names of ran) expect(names.filter((name) => name.startsWith('x')).length).toBeLessThanOrEqual(1);
  expect(await results).toHaveLength(4);
});

it('tries each alone when a shared run fails, so that one fails for itself', async () => {
  const { runs, add, endRuns } = heldRuns({ mostRuns: 1, mostJobs: 10 });
  const first = add('a', 'a');
  const shared = Promise.allSettled([add('b', 'b'), add('c', 'c', true), add('d', 'd')]);
  await endRuns();
  await first;
  expect(namesOf(runs)).toEqual([['b', 'c', 'd']]);
  while (runs.length > 0) await endRuns();
  expect(await shared).toEqual([
    { status: 'fulfilled', value: 'b done' },
    { status: 'rejected', reason: new Error('c') },
    { status: 'fulfilled', value: 'd done' },
  ]);
  const after = add('c', 'c again');
  await endRuns();
  expect(await after).toBe('c again done');
});
