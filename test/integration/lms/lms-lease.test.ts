import { openDatabase, type Database } from '../../../src/adapters/database/core/database';
import { LmsLease, type LmsLeaseOptions } from '../../../src/adapters/lms/access/lms-lease';
import { createLogger } from '../../../src/adapters/logger';
import { createMetrics } from '../../../src/adapters/metrics';
import { createTestDatabase, startOwnDatabaseServer, type TestDatabase } from '../../support/database';
import { createFakeClock } from '../../support/fake-clock';
import { waitUntil } from '../../support/wait-until';

const never = new AbortController().signal;
const TERM_MS = 2_000;
/** Contract section 1: the LMS may work that long on the last request of a dead owner. */
const PROCESSING_MS = 5_000;

let test: TestDatabase;
const leases: LmsLease[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test?.drop());
afterEach(async () => {
  await Promise.all(leases.splice(0).map((lease) => lease.release({ quietInMs: 0 })));
  await test.database.execute('DELETE FROM openeg_leases');
});

function createLease(holder: string, given: Partial<LmsLeaseOptions> = {}): LmsLease {
  const lease = new LmsLease({
    database: test.database,
    holder,
    termMs: TERM_MS,
    renewEveryMs: 200,
    logger: createLogger('silent'),
    metrics: createMetrics(),
    ...given,
  });
  leases.push(lease);
  return lease;
}

async function databaseNowMs(): Promise<number> {
  const [row] = await test.database.query<{ now: Date }>('SELECT UTC_TIMESTAMP(3) AS now');
  return row!.now.getTime();
}

/** 'fulfilled', 'rejected' or 'pending' */
const stateOf = async (promise: Promise<unknown>) => {
  const end = promise.then(
    () => 'fulfilled',
    () => 'rejected',
  );
  return Promise.race([end, new Promise((resolve) => setImmediate(resolve, 'pending'))]);
};

/** At once, or with its next renewal if this process stood still for a whole term. */
const comesToOwn = (lease: LmsLease) =>
  waitUntil(() => lease.isOwned(), { deadlineMs: 30_000, what: 'the lease is owned' });

it('is acquired by one of many at once, and by the next one when it is released', async () => {
  // A long term: an owner whose renewals are late on a busy machine keeps the lease until the test releases it.
  const everybody = Array.from({ length: 12 }, (_, index) => createLease(`holder-${index}`, { termMs: 60_000 }));
  let acquired = 0;
  const waiting = everybody.map((lease) => lease.acquire(never).then(() => (acquired += 1)));
  for (let turn = 1; turn <= everybody.length; turn += 1) {
    await waitUntil(() => acquired === turn, { deadlineMs: 30_000, what: 'the next process owns the lease' });
    const owners = everybody.filter((lease) => lease.isOwned());
    expect(owners).toHaveLength(1);
    await owners[0]!.release({ quietInMs: 0 });
    expect(owners[0]!.isOwned()).toBe(false);
  }
  await Promise.all(waiting);
});

it('is not acquired by others before the released time', async () => {
  const first = createLease('first');
  const second = createLease('second');
  await first.acquire(never);
  const releasedAtMs = await databaseNowMs();
  await first.release({ quietInMs: 1_200 });
  await second.acquire(never);
  expect((await databaseNowMs()) - releasedAtMs).toBeGreaterThanOrEqual(1_200);
});

it('is not acquired after a crash until the LMS is surely done with the last request', async () => {
  // Its clock stands still, so it never renews: it is dead for the others.
  const dead = createLease('dead', { clock: createFakeClock() });
  const askedAtMs = await databaseNowMs();
  await dead.acquire(never);
  await createLease('standby').acquire(never);
  expect((await databaseNowMs()) - askedAtMs).toBeGreaterThanOrEqual(TERM_MS + PROCESSING_MS);
});

it('is over for a frozen owner when its term is, before the owner asks the database', async () => {
  const clock = createFakeClock();
  const lease = createLease('frozen', { clock, renewEveryMs: TERM_MS * 10 });
  await lease.acquire(never);
  expect(lease.isOwned()).toBe(true);
  await clock.advance(TERM_MS - 1);
  expect(lease.isOwned()).toBe(false);
  expect(() => lease.assertOwned()).toThrow(expect.objectContaining({ code: 'LMS_LEASE_LOST' }));
});

it('is owned again without a wait after a freeze in which no other process acquired it', async () => {
  const clock = createFakeClock();
  const lease = createLease('frozen', { clock });
  const { lost } = await lease.acquire(never);
  await test.database.execute(
    'UPDATE openeg_leases SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 HOUR, quiet_at = expires_at',
  );
  await clock.advance(60_000);
  expect(lease.isOwned()).toBe(false);
  const owned = lease.whenOwned(never);
  const renewed = async () => {
    await clock.advance(0);
    return lease.isOwned();
  };
  await waitUntil(renewed, { deadlineMs: 30_000, what: 'the lease is renewed' });
  await owned;
  expect(await stateOf(lost)).toBe('pending');
});

it('is lost when another process acquires it, and can be acquired again', async () => {
  const lease = createLease('slow');
  const { lost } = await lease.acquire(never);
  await test.database.execute(
    "UPDATE openeg_leases SET holder = 'quick', quiet_at = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR",
  );
  await lost;
  expect(lease.isOwned()).toBe(false);
  await expect(lease.whenOwned(never)).rejects.toMatchObject({ code: 'LMS_LEASE_LOST', retryable: true });
  const again = lease.acquire(never);
  await test.database.execute('UPDATE openeg_leases SET quiet_at = UTC_TIMESTAMP(3)');
  await again;
  await comesToOwn(lease);
});

it('is not waited for after the signal aborts', async () => {
  await createLease('holder').acquire(never);
  const stop = new AbortController();
  const waiting = createLease('waiting').acquire(stop.signal);
  const reason = new Error('stopped');
  stop.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

it('fails waiting calls when it is released', async () => {
  const clock = createFakeClock();
  const lease = createLease('holder', { clock, renewEveryMs: TERM_MS * 10 });
  await lease.acquire(never);
  await clock.advance(TERM_MS);
  const waiting = lease.whenOwned(never);
  const stop = new AbortController();
  const aborted = lease.whenOwned(stop.signal);
  stop.abort(new Error('stopped'));
  await expect(aborted).rejects.toThrow('stopped');
  expect(await stateOf(waiting)).toBe('pending');
  await lease.release({ quietInMs: 0 });
  await expect(waiting).rejects.toMatchObject({ code: 'LMS_LEASE_LOST' });
});

describe('during an outage of the database', () => {
  let own: TestDatabase;
  let server: Awaited<ReturnType<typeof startOwnDatabaseServer>>;
  let leaseDatabase: Database;

  beforeAll(async () => {
    server = await startOwnDatabaseServer();
    own = await createTestDatabase(server);
    leaseDatabase = openDatabase({ ...own.options, connectionLimit: 1, statementTimeoutMs: 1_000 });
  });
  afterAll(async () => {
    await leaseDatabase?.close();
    await own?.database.close();
    await server?.stop();
  });

  it('is waited for by its owner, and owned again afterwards', async () => {
    const lease = createLease('holder', { database: leaseDatabase });
    const { lost } = await lease.acquire(never);
    await server.kill();
    await waitUntil(() => !lease.isOwned(), { deadlineMs: 30_000, what: 'the term is over' });
    const owned = lease.whenOwned(never);
    expect(await stateOf(owned)).toBe('pending');
    await server.restart();
    await owned;
    expect(await stateOf(lost)).toBe('pending');
  });

  it('is waited for while the server hangs', async () => {
    const lease = createLease('holder', { database: leaseDatabase });
    await lease.acquire(never);
    server.signal('SIGSTOP');
    try {
      await waitUntil(() => !lease.isOwned(), { deadlineMs: 30_000, what: 'the term is over' });
    } finally {
      server.signal('SIGCONT');
    }
    await lease.whenOwned(never);
    await comesToOwn(lease);
  });

  it('is acquired as soon as the database is there', async () => {
    await server.kill();
    const lease = createLease('newcomer', { database: leaseDatabase });
    const acquiring = lease.acquire(never);
    expect(await stateOf(acquiring)).toBe('pending');
    await server.restart();
    await acquiring;
    await comesToOwn(lease);
  });
});
