import { startSystem, type System } from '../support/system';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { waitUntil } from '../support/wait-until';

/* The process that talks to the LMS loses Temporal, and nothing else. */

let system: System;
let proxy: TcpProxy;

beforeAll(async () => {
  system = await startSystem({
    simulator: { cohorts: 3, size: { students: 4 }, knobs: { lms: { latencyMs: 50 } } },
    environment: { OPENEG_SLEEP_TIME: '1' },
  });
  await system.importCohorts();
  proxy = await startTcpProxy(system.temporal.address);
});
afterAll(async () => {
  await system?.stop();
  await proxy?.close();
});

async function isHolder(worker: { metricsUrl: string }): Promise<boolean> {
  const metrics = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
  return /^openeg_lms_lease_held 1$/m.test(metrics);
}

it('leaves the LMS to a process that reaches Temporal', async () => {
  await system.startWorker('core');
  const cutOff = await system.startWorkerWith({ TEMPORAL_ADDRESS: proxy.address }, 'lms');
  await waitUntil(() => isHolder(cutOff), { deadlineMs: 60_000, what: 'the first process owns the lease' });
  const standby = await system.startWorker('lms');
  await system.openegOrFail('start');
  const asked = () => system.simulator.state().lms.requests;
  await waitUntil(() => asked() > 20, { deadlineMs: 60_000, what: 'checks are made' });

  proxy.cut();
  await waitUntil(() => isHolder(standby), { deadlineMs: 60_000, what: 'the standby owns the lease' });
  expect(await isHolder(cutOff)).toBe(false);
  const before = asked();
  await waitUntil(() => asked() > before + 20, { deadlineMs: 60_000, what: 'the standby checks' });
  const { offences, peakInFlight } = system.simulator.state().lms;
  expect(offences).toBe(0);
  expect(peakInFlight).toBeLessThanOrEqual(15);
}, 240_000);
