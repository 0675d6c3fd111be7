import type { LmsClient } from '../../../src/adapters/lms/lms-client';
import { openCollection, type CollectionParts } from './open-collection';

/* A session can die and go on answering with empty lists until a new log-in (contract section 1). */

const DATE = '2025-01-20';
const SK = 'SK001';

let parts: CollectionParts;
beforeEach(async () => {
  parts = await openCollection({ cohorts: 1, size: { students: 80 }, knobs: { lms: { latencyMs: 1, jitterMs: 3 } } });
});
afterEach(() => parts?.close());

const dieQuietly = (session: number, afterAnswers: number) =>
  parts.simulator.setKnobs({ lms: { quietDeaths: [{ session, afterAnswers }] } });

/** Of the cohort with four data types: 1 + 80, 1 + 4, 1 + 5 and 1 requests. */
const REQUESTS = 93;

describe.each([1, 2, 12, 45, 77, 90, 91, 92, 101])('a session that dies after answer %i', (afterAnswers) => {
  it('loses nothing in a first collection', async () => {
    await dieQuietly(1, afterAnswers);
    await parts.collectAll(SK, DATE);
    expect(await parts.stored(SK, DATE)).toEqual(parts.expected(SK, DATE));
    expect(parts.simulator.state().lms.logins).toBe(afterAnswers < REQUESTS ? 2 : 1);
  });

  it('loses nothing in a later collection, and none of its data types alone', async () => {
    await parts.collectAll(SK, DATE);
    await dieQuietly(1, afterAnswers);
    await parts.collectAll(SK, DATE);
    expect(await parts.stored(SK, DATE)).toEqual(parts.expected(SK, DATE));
    await dieQuietly(2, Math.min(afterAnswers, 5));
    for (const dataType of ['vod', 'pbl', 'task', 'roadmap'] as const) await parts.collect(SK, DATE, dataType);
    expect(await parts.stored(SK, DATE)).toEqual(parts.expected(SK, DATE));
  });
});

it('loses nothing when one session after the other dies', async () => {
  const quietDeaths = [20, 30, 60].map((afterAnswers, index) => ({ session: index + 1, afterAnswers }));
  await parts.simulator.setKnobs({ lms: { quietDeaths } });
  await parts.collectAll(SK, DATE);
  expect(await parts.stored(SK, DATE)).toEqual(parts.expected(SK, DATE));
  expect(parts.simulator.state().lms.logins).toBe(4);
});

it('stores what is listed while the roadmap, the usual proof, cannot be read', async () => {
  await parts.simulator.setKnobs({
    lms: {
      quietDeaths: [{ session: 1, afterAnswers: 88 }],
      faults: [{ fault: 'status', status: 500, operations: ['getRoadmap'] }],
    },
  });
  const outcomes = await parts.collectCohort(SK, DATE);
  expect(outcomes.filter(({ stored }) => !stored).map(({ dataType }) => dataType)).toEqual(['roadmap']);
  const { openeg_roadmap_units: _units, openeg_roadmap_lessons: _lessons, ...expected } = parts.expected(SK, DATE);
  expect(await parts.stored(SK, DATE)).toMatchObject(expected);
});

it('believes no empty list of a session that another call gave up meanwhile', async () => {
  const { lms } = parts;
  let asked = 0;
  const disturbed: LmsClient = {
    ...lms,
    async listVodLogs(...call) {
      asked += 1;
      if (asked === 40) await dieQuietly(1, 0);
      const logs = await lms.listVodLogs(...call);
      if (asked === 60) lms.forgetSession(call[0]);
      return logs;
    },
  };
  await parts.collect(SK, DATE, 'vod', { client: disturbed });
  expect((await parts.stored(SK, DATE)).openeg_vod_logs).toEqual(parts.expected(SK, DATE).openeg_vod_logs);
});
