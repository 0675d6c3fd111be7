import type { TickPlan } from '../../../src/activities/inquiries/inquiry-core-activities';
import { recordSucceededChecks } from '../../../src/adapters/database/inquiries/inquiry-checks';
import { activityEnvironment, openInquiries, type InquiryParts } from '../../support/inquiries';

const MINUTE_MS = 60_000;
let parts: InquiryParts;
beforeEach(async () => {
  parts = await openInquiries();
});
afterEach(() => parts?.close());

describe('planTick', () => {
  it('plans the cohort that was not checked for longest first, so that a slow LMS starves none', async () => {
    const { core, database, simulator } = parts;
    const added = Array.from({ length: 58 }, (_, index) => `SK${String(index + 3).padStart(3, '0')}`);
    for (const skId of added) {
      await database.execute(
        "INSERT INTO openeg_gather_town_info (sk_id, cohort_name, login_id, login_secret) VALUES (?, 'a', 'b', 'c')",
        [skId],
      );
    }
    const checked = new Set<string>();
    for (let tick = 0; tick < 3; tick += 1) {
      const { batches }: TickPlan = await activityEnvironment().run(core.planTick);
      // The LMS serves half of them within the stall timeout, in the order in which they came.
      const served = batches.flat().slice(0, 30);
      for (const skId of served) checked.add(skId);
      await recordSucceededChecks(
        database,
        served.map((skId) => ({
          skId,
          checkedAt: new Date(Date.now() + tick * MINUTE_MS),
          wide: 'not due',
          emptyChecks: 0,
          deletedUntil: null,
        })),
      );
    }
    expect(checked.size).toBe(simulator.cohorts().length + added.length);
  });

  it('plans the active cohorts in batches of fifty, and wakes the delivery only when messages wait', async () => {
    for (let index = 3; index <= 120; index += 1) {
      await parts.database.execute(
        "INSERT INTO openeg_gather_town_info (sk_id, cohort_name, login_id, login_secret) VALUES (?, 'a', 'b', 'c')",
        [`SK${String(index).padStart(3, '0')}`],
      );
    }
    await parts.database.execute("UPDATE openeg_gather_town_info SET active = 0 WHERE sk_id = 'SK005'");
    const plan: TickPlan = await activityEnvironment().run(parts.core.planTick);
    expect(plan.intervalMs).toBe(60_000);
    expect(plan.batches.map((batch) => batch.length)).toEqual([50, 50, 19]);
    expect(plan.batches.flat()).not.toContain('SK005');
    expect(parts.wakes()).toBe(0);

    parts.simulator.addInquiry('SK001');
    await parts.newChecker({ wakeDelivery: () => Promise.resolve() })();
    await activityEnvironment().run(parts.core.planTick);
    expect(parts.wakes()).toBe(1);
  });
});
