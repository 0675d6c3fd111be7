import { once } from 'node:events';
import type { Worker } from '@temporalio/worker';
import type { LmsAccess } from '../../../src/adapters/lms/access/lms-access';
import type { LmsLease } from '../../../src/adapters/lms/access/lms-lease';
import { createLogger } from '../../../src/adapters/logger';
import { runLmsRole } from '../../../src/processes/lms-role';
import { createFakeClock } from '../../support/fake-clock';
import { waitUntil } from '../../support/wait-until';

/** The parts of the role. They record the order of its calls. */
function stage(given: { isTemporalAway?: boolean } = {}) {
  const events: string[] = [];
  const stop = new AbortController();
  let lose = () => {};
  let grants = 0;
  const lease: Pick<LmsLease, 'acquire' | 'release'> = {
    async acquire(signal) {
      grants += 1;
      if (grants > 2) {
        await once(signal, 'abort');
        throw signal.reason;
      }
      events.push('acquired');
      return { lost: new Promise<void>((resolve) => (lose = resolve)) };
    },
    async release({ quietInMs }) {
      events.push(`released, quiet in ${quietInMs} ms`);
    },
  };
  const openAccess = () => {
    events.push('access opened');
    return { close: async () => void events.push('access closed'), quietInMs: () => 40 } as unknown as LmsAccess;
  };
  const createWorker = async () => {
    const stopped = new AbortController();
    let state = 'INITIALIZED';
    return {
      getState: () => state,
      async run() {
        state = 'RUNNING';
        events.push('worker runs');
        await once(stopped.signal, 'abort');
        events.push('worker ended');
      },
      shutdown() {
        state = 'STOPPING';
        events.push('worker told to stop');
        // Like a real worker's: its activities end a while later.
        setTimeout(() => stopped.abort(), 50);
      },
    } as unknown as Worker;
  };
  const states: string[] = [];
  const clock = createFakeClock();
  let isTemporalAway = given.isTemporalAway ?? false;
  const ended = runLmsRole({
    lease: lease as LmsLease,
    openAccess,
    workersOf: () => [createWorker],
    until: stop.signal,
    clock,
    askTemporal: () => (isTemporalAway ? Promise.reject(new Error('no answer')) : Promise.resolve()),
    onState: (state) => states.push(state),
    logger: createLogger('silent'),
  });
  const until = (event: string, times = 1) =>
    waitUntil(() => events.filter((each) => each === event).length >= times, { deadlineMs: 60_000, what: event });
  const setTemporalAway = (isAway: boolean) => (isTemporalAway = isAway);
  return { events, states, clock, setTemporalAway, stop: () => stop.abort(), lose: () => lose(), until, ended };
}

it('takes tasks only while it owns the lease, and releases it before its last activities have ended', async () => {
  const { events, states, stop, until, ended } = stage();
  await until('worker runs');
  stop();
  await ended;
  expect(events).toEqual([
    'acquired',
    'access opened',
    'worker runs',
    'worker told to stop',
    'access closed',
    'released, quiet in 40 ms',
    'worker ended',
  ]);
  expect(states).toEqual(['standby', 'starting', 'active', 'starting']);
});

it('stands by again after it lost the lease, and opens a new access the next time', async () => {
  const { events, lose, stop, until, ended } = stage();
  await until('worker runs');
  lose();
  await until('worker runs', 2);
  expect(events.slice(events.indexOf('worker ended'))).toEqual([
    'worker ended',
    'acquired',
    'access opened',
    'worker runs',
  ]);
  stop();
  await ended;
});

it('gives the lease away when Temporal did not answer for 20 s, and takes it again only when it answers', async () => {
  const { events, clock, setTemporalAway, stop, until, ended } = stage();
  await until('worker runs');
  setTemporalAway(true);
  await clock.advance(18_000);
  setTemporalAway(false);
  await clock.advance(4_000);
  setTemporalAway(true);
  await clock.advance(18_000);
  expect(events).not.toContain('worker told to stop');
  await clock.advance(4_000);
  await until('worker ended');
  expect(events.filter((event) => event === 'acquired')).toHaveLength(1);
  expect(events).toContain('released, quiet in 40 ms');
  setTemporalAway(false);
  await until('worker runs', 2);
  stop();
  await ended;
});

it('does not ask for the lease while Temporal is away', async () => {
  const { events, stop, ended } = stage({ isTemporalAway: true });
  await new Promise((resolve) => setImmediate(resolve));
  stop();
  await ended;
  expect(events).toEqual([]);
});
