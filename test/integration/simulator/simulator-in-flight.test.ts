import { readLms, type LmsReader } from './read-lms';
import { startSimulator, type Simulator } from '../../support/simulator';
import { waitUntil } from '../../support/wait-until';

let simulator: Simulator;
let lms: LmsReader;

beforeEach(async () => {
  simulator = await startSimulator({ cohorts: 1 });
  lms = await readLms(simulator, 'SK001');
  simulator.resetCounts();
});
afterEach(() => simulator.close());

const inFlight = (count: number) =>
  waitUntil(() => simulator.state().lms.inFlight === count, { deadlineMs: 20_000, what: `${count} in flight` });
const many = (count: number, signal?: AbortSignal) =>
  Promise.allSettled(Array.from({ length: count }, () => lms.get('tasks', {}, signal)));
const statusesOf = (answers: PromiseSettledResult<Response>[]) =>
  answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.status : 'none'));

test('fifteen at once are answered', async () => {
  await simulator.setKnobs({ lms: { latencyMs: 3_000 } });
  expect(new Set(statusesOf(await many(15)))).toEqual(new Set([200]));
  expect(simulator.state().lms).toMatchObject({ peakInFlight: 15, offences: 0, inFlight: 0, requests: 15 });
});

test('a request above fifteen gets 429 and counts as an offence', async () => {
  await simulator.setKnobs({ lms: { latencyMs: 3_000, rateLimitRetryAfterSeconds: 3 } });
  const answers = await many(17);
  expect(statusesOf(answers).filter((status) => status === 429)).toHaveLength(2);
  const refused = answers.find((answer) => answer.status === 'fulfilled' && answer.value.status === 429);
  expect(refused?.status === 'fulfilled' && refused.value.headers.get('retry-after')).toBe('3');
  expect(simulator.state().lms).toMatchObject({ offences: 2, inFlight: 0 });
  expect(simulator.state().lms.peakInFlight).toBeGreaterThan(15);
});

test('a request is in flight until it was processed, also when its caller hung up', async () => {
  await simulator.setKnobs({ lms: { latencyMs: 4_500 } });
  const caller = new AbortController();
  const abandoned = many(15, caller.signal);
  await inFlight(15);
  caller.abort();
  await abandoned;
  expect((await lms.get('tasks')).status).toBe(429);
  expect(simulator.state().lms.offences).toBe(1);
  await inFlight(0);
  await simulator.setKnobs({ lms: { latencyMs: 0 } });
  expect((await lms.get('tasks')).status).toBe(200);
});

test('a hung request is in flight until the processing limit, and gets no answer', async () => {
  await simulator.setKnobs({ lms: { processingLimitMs: 300, faults: [{ fault: 'hang', times: 1 }] } });
  const hung = lms.get('tasks').then(
    () => 'answered',
    () => 'dropped',
  );
  await inFlight(1);
  expect((await lms.get('tasks')).status).toBe(200);
  await inFlight(0);
  expect(await hung).toBe('dropped');
});

test('no latency is longer than the processing limit', async () => {
  await simulator.setKnobs({ lms: { latencyMs: 3_600_000, processingLimitMs: 50 } });
  expect((await lms.get('tasks')).status).toBe(200);
});

test('a request stays in flight for a while after its connection was reset', async () => {
  await simulator.setKnobs({ lms: { resetLingerMs: 3_000, faults: [{ fault: 'reset', times: 1 }] } });
  await expect(lms.get('tasks')).rejects.toThrow();
  expect(simulator.state().lms.inFlight).toBe(1);
  await inFlight(0);
});

test('requests are counted by operation, cohort, status and repetition', async () => {
  await lms.get('tasks');
  await lms.get('tasks');
  await lms.get('tasks', { limit: '5' });
  await readLms(simulator, 'SK001');
  const { byOperation, byCohort, byStatus, requests } = simulator.state().lms;
  expect(byOperation).toEqual({ listTasks: 3, login: 1 });
  expect(byCohort).toEqual({ SK001: { listTasks: 3 } });
  expect([byStatus, requests]).toEqual([{ 200: 4 }, 4]);
  expect(simulator.repeatedRequests()).toEqual([{ request: 'GET /api/v1/cohorts/SK001/tasks', count: 2 }]);
});
