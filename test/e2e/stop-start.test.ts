import { latestStartedNight } from '../../src/domain/operations/night';
import { addDays } from '../../src/domain/shared/learning-date';
import { startSystem, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

/* What `openeg stop` leaves for `openeg start` (contract section 8). */

let system: System;
beforeAll(async () => {
  system = await startSystem({ simulator: { cohorts: 2, size: { students: 3 } } });
  expect((await system.openeg('migrate')).code).toBe(0);
  await system.importCohorts();
  await system.startWorker();
  expect((await system.openeg('start')).code).toBe(0);
});
afterAll(() => system?.stop());

async function isStored(date: string): Promise<boolean> {
  const [row] = await system.database.query<{ stored: number }>(
    "SELECT COUNT(*) AS stored FROM openeg_collection_runs WHERE collection_date = ? AND status = 'stored'",
    [date],
  );
  return row?.stored === 8;
}

/** As if `openeg stop` had been called two minutes before that many nights ago began. */
async function stoppedBefore(nights: number): Promise<void> {
  const { startsAt } = latestStartedNight(new Date(), '02:00');
  const stoppedAt = new Date(startsAt.getTime() - (nights - 1) * 24 * 60 * 60_000 - 2 * 60_000);
  await system.database.execute("UPDATE openeg_service_state SET updated_at = ? WHERE name = 'service_wanted'", [
    stoppedAt,
  ]);
}

it('stop prints each re-run that still waits as the line that asks for it again', async () => {
  await system.simulator.setKnobs({ lms: { latencyMs: 3_000 } });
  for (const input of [
    '{"date":"2025-01-20"}',
    '{"date":"2025-01-21"}',
    '{"date":"2025-01-22","to":"2025-01-24","skIds":["SK001","SK002"],"dataTypes":["vod"]}',
  ]) {
    await system.temporalCli(
      ...['workflow', 'signal', '--workflow-id', 'collection-reruns', '--name', 'rerunDate', '--input', input],
    );
  }
  const { code, stdout } = await system.openeg('stop');
  expect(code).toBe(0);
  expect(stdout).toMatch(/Nightly collection +paused/);
  expect(stdout).toContain('openeg collect --date 2025-01-22 --to 2025-01-24 --cohort SK001 SK002 --type vod');
  expect(stdout).not.toContain('openeg collect --date 2025-01-20');
  await system.simulator.setKnobs({ lms: { latencyMs: 0 } });
  expect((await system.openeg('start')).code).toBe(0);
});

it('start collects the night that began after stop', async () => {
  expect((await system.openeg('stop')).code).toBe(0);
  await stoppedBefore(1);
  const { date } = latestStartedNight(new Date(), '02:00');
  const { code, stdout } = await system.openeg('start');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`in order: ${date}`) });
  expect(stdout).toMatch(/Nightly collection +scheduled daily at 02:00/);
  await waitUntil(() => isStored(date), { deadlineMs: 180_000, what: 'the missed night' });

  const again = await system.openeg('start');
  expect(again.stdout).toMatch(/runs already[^]*runs already[^]*is scheduled daily/);
  expect(again.stdout).not.toContain('in order');
});

it('start collects the last seven missed nights, and names the older ones', async () => {
  expect((await system.openeg('stop')).code).toBe(0);
  await stoppedBefore(9);
  const { date } = latestStartedNight(new Date(), '02:00');
  const { stdout } = await system.openeg('start');
  const seven = [-6, -5, -4, -3, -2, -1, 0].map((days) => addDays(date, days));
  expect(stdout).toContain(`in order: ${seven.join(', ')}`);
  expect(stdout).toContain(`openeg collect --date ${addDays(date, -8)} --to ${addDays(date, -7)}`);
  for (const night of seven) await waitUntil(() => isStored(night), { deadlineMs: 180_000, what: night });
  expect(await isStored(addDays(date, -7))).toBe(false);
});

it.each([
  ['paused', ['schedule', 'toggle', '--pause', '--reason', 'a test', '--schedule-id', 'nightly-collection']],
  ['missing', ['schedule', 'delete', '--schedule-id', 'nightly-collection']],
])(
  'a Schedule that is %s without stop is an incident, until start',
  async (state, command) => {
    await system.temporalCli(...command);
    const isOpen = async () => {
      const rows = await system.database.query(
        "SELECT 1 FROM openeg_incidents WHERE incident_key = 'schedule-missing' AND is_open = 1",
      );
      return rows.length === 1;
    };
    const isKnown = async () => {
      const rows = await system.database.query(
        "SELECT 1 FROM openeg_service_state WHERE name = 'nightly_schedule' AND value LIKE ?",
        [`%${state}%`],
      );
      return rows.length === 1;
    };
    await waitUntil(isKnown, { deadlineMs: 120_000, what: `the Schedule is known to be ${state}` });
    await system.database.execute(
      `UPDATE openeg_service_state SET updated_at = updated_at - INTERVAL 2 MINUTE
       WHERE name IN ('nightly_schedule', 'service_wanted')`,
    );
    await waitUntil(isOpen, { deadlineMs: 120_000, what: 'the incident' });
    expect((await system.openeg('start')).code).toBe(0);
    await waitUntil(async () => !(await isOpen()), { deadlineMs: 120_000, what: 'its end' });
  },
  300_000,
);
