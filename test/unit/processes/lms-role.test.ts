import { once } from 'node:events';
import type { Worker } from '@temporalio/worker';
import type { LmsAccess } from '../../../src/adapters/lms/access/lms-access';
import type { LmsLease } from '../../../src/adapters/lms/access/lms-lease';
import { createLogger } from '../../../src/adapters/logger';
import { runLmsRole } from '../../../src/processes/lms-role';
import { waitUntil } from '../../support/wait-until';

/** The parts of the role. They record the order of its calls. */
function stage() {
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
  const ended = runLmsRole({
    lease: lease as LmsLease,
    openAccess,
    createWorker,
    until: stop.signal,
    onState: (state) => states.push(state),
    logger: createLogger('silent'),
  });
  const until = (event: string, times = 1) =>
    waitUntil(() => events.filter((each) => each === event).length >= times, { deadlineMs: 60_000, what: event });
  return { events, states, stop: () => stop.abort(), lose: () => lose(), until, ended };
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
