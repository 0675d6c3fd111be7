import { randomUUID } from 'node:crypto';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type NativeConnection } from '@temporalio/worker';
import { Client, Connection } from '@temporalio/client';
import { DeterminismViolationError } from '@temporalio/workflow';
import { connectWhenHealthy, temporalAddress } from '../support/temporal';
import { waitUntil } from '../support/wait-until';
import { bookedQuery, tellSignal } from './versions/before';
import type { LedgerActivities } from './versions/ledger-activities';

/* A long-lived workflow is changed as docs/operations/changing-workflows.md says: its old history goes on in new code. */

const QUEUE = `changing-workflows-${randomUUID()}`;
const logger = new DefaultLogger('ERROR');
type Version = 'before' | 'after' | 'careless';
const bundle = (version: Version) =>
  bundleWorkflowCode({ workflowsPath: require.resolve(`./versions/${version}`), logger });

let connection: Connection;
let nativeConnection: NativeConnection;

beforeAll(async () => {
  Runtime.install({ logger });
  nativeConnection = await connectWhenHealthy(await temporalAddress());
  connection = await Connection.connect({ address: await temporalAddress() });
});
afterAll(async () => {
  await connection?.close();
  await nativeConnection?.close();
});

it('goes on under a guarded change, loses nothing, takes the new branch from then on, and replays', async () => {
  const done: string[] = [];
  const activities: LedgerActivities = {
    book: async (value) => void done.push(`book ${value}`),
    check: async (value) => void done.push(`check ${value}`),
  };
  const worker = async (version: Version) =>
    Worker.create({
      connection: nativeConnection,
      taskQueue: QUEUE,
      workflowBundle: await bundle(version),
      activities,
    });
  const handle = await new Client({ connection }).workflow.start('ledger', {
    taskQueue: QUEUE,
    workflowId: `ledger-${randomUUID()}`,
  });
  const booked = (count: number) =>
    waitUntil(async () => (await handle.query(bookedQuery)) === count, { deadlineMs: 60_000, what: `${count} booked` });
  const tell = async (from: number, to: number) => {
    for (let value = from; value < to; value++) await handle.signal(tellSignal, value);
  };

  const old = await worker('before');
  await old.runUntil(async () => {
    await tell(0, 30);
    await booked(30);
  });
  const oldHistory = await handle.fetchHistory();
  // Sent while no worker runs: the new version receives it.
  await tell(30, 40);
  const changed = await worker('after');
  await changed.runUntil(async () => {
    await tell(40, 150);
    await booked(150);
  });

  expect(done.filter((entry) => entry.startsWith('book'))).toEqual(
    Array.from({ length: 150 }, (_, value) => `book ${value}`),
  );
  // The old run's history has no patch marker, so it takes the new branch from its first new step on.
  expect(done.filter((entry) => entry.startsWith('check'))[0]).toBe('check 30');
  expect(done.filter((entry) => entry.startsWith('check'))).toHaveLength(120);

  const replay = async (version: Version) =>
    Worker.runReplayHistory({ workflowBundle: await bundle(version) }, oldHistory);
  await expect(replay('after')).resolves.toBeUndefined();
  await expect(replay('careless')).rejects.toThrow(DeterminismViolationError);
  await handle.terminate();
});
