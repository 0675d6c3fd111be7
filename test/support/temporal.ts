import { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { join } from 'node:path';
import { locateTemporalTestServer } from '../../tools/servers/locate-programs';
import { startTemporal, type PrivateTemporal } from '../../tools/servers/start-temporal';
import { sharedServer, temporaryDirectory } from './test-run';
import { waitUntil } from './wait-until';

/** Address of a development server that all test files share: use your own task queues and workflow ids. */
export async function temporalAddress(): Promise<string> {
  return (await sharedServer('temporal')).address;
}

/** A server that skips the time in which workflows wait. It has no Schedules. Call `teardown` in `afterAll`. */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = locateTemporalTestServer();
  if (path === undefined) throw new Error("Temporal's test server is not on this machine: npm run setup gets it.");
  // The SDK ends a server that does not answer within 5 s.
  return waitUntil(
    () => TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } }),
    { deadlineMs: 60_000, what: "Temporal's test server" },
  );
}

/** A development server that this test may kill, stop and restart; it keeps its data. End it in `afterAll`. */
export function startOwnTemporalServer(): Promise<PrivateTemporal> {
  return startTemporal({ databaseFile: join(temporaryDirectory('temporal'), 'temporal.db') });
}

/** A development server that suggests continue-as-new after so few events. End it in `afterAll`. */
export function startImpatientTemporalServer(continueAsNewAfterEvents: number): Promise<PrivateTemporal> {
  return startTemporal({ continueAsNewAfterEvents });
}

/** Connects to a server that has just been started: it listens before it is healthy. */
export function connectWhenHealthy(address: string): Promise<NativeConnection> {
  return waitUntil(() => NativeConnection.connect({ address }), { deadlineMs: 60_000, what: `Temporal at ${address}` });
}
