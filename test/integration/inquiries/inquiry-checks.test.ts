import { createHash } from 'node:crypto';
import { createStallTimeout } from '../../../src/activities/shared/stall-timeout';
import { openDatabase } from '../../../src/adapters/database/core/database';
import { recordSucceededChecks } from '../../../src/adapters/database/inquiries/inquiry-checks';
import type { LmsClient } from '../../../src/adapters/lms/lms-client';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { activityEnvironment, openInquiries, type InquiryParts } from '../../support/inquiries';
import { waitUntil } from '../../support/wait-until';

let parts: InquiryParts;
beforeEach(async () => {
  parts = await openInquiries();
});
afterEach(() => parts?.close());

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WHOLE = { wide: 'succeeded', emptyChecks: 0, deletedUntil: null } as const;
const checkRow = async (skId: string) => {
  const [row] = await parts.database.query<{
    checked_at: Date | null;
    failing_since: Date | null;
    failure_code: string | null;
    succeeded_at: Date | null;
  }>('SELECT * FROM openeg_inquiry_checks WHERE sk_id = ?', [skId]);
  return row;
};
const listings = (skId: string) => parts.simulator.state().lms.byCohort[skId]?.listInquiries ?? 0;

describe('checkInquiries', () => {
  it('tracks new inquiries and enqueues their alerts, oldest first, and wakes the delivery', async () => {
    const ages = [5, 30, 20].map((minutes) =>
      parts.simulator.addInquiry('SK001', { createdAgoMs: minutes * MINUTE_MS }),
    );
    const result = await parts.newChecker()();
    expect(result).toEqual({ checked: 2, found: [{ skId: 'SK001', newInquiries: 3, lateInquiries: 0 }], failures: [] });

    const oldestFirst = [ages[1], ages[2], ages[0]].map((posted) => posted?.inquiry.entryId ?? '');
    const tracked = await parts.tracked();
    expect(tracked.map((row) => row.entry_id)).toEqual(oldestFirst);
    for (const row of tracked) {
      expect(row.entry_hash).toBe(createHash('sha256').update(`SK001\n${row.entry_id}`).digest('hex'));
      expect(row.processed_at).toBeNull();
    }
    const outbox = await parts.outbox();
    expect(outbox.map((row) => row.request_id)).toEqual(tracked.map((row) => row.entry_hash));
    expect(outbox.every((row) => row.state === 'waiting' && row.sk_id === 'SK001')).toBe(true);
    expect(parts.wakes()).toBeGreaterThan(0);
  });

  it('makes one request for each cohort without news, and does not wake the delivery', async () => {
    const check = parts.newChecker();
    await check();
    parts.simulator.resetCounts();
    const wakes = parts.wakes();
    expect(await check()).toEqual({ checked: 2, found: [], failures: [] });
    expect(parts.simulator.state().lms.requests).toBe(2);
    expect(parts.wakes()).toBe(wakes);
    expect(await parts.outbox()).toEqual([]);
  });

  it('alerts an inquiry once: the same process, a new one, and two at once', async () => {
    const check = parts.newChecker();
    for (let index = 0; index < 120; index += 1) parts.simulator.addInquiry('SK001');
    await check();
    await check();
    await parts.newChecker()();
    for (let index = 0; index < 30; index += 1) parts.simulator.addInquiry('SK002');
    await Promise.all([check(), parts.newChecker()(), parts.newChecker()()]);
    expect(await parts.tracked()).toHaveLength(150);
    expect(await parts.outbox()).toHaveLength(150);
  });

  it('alerts again what a failover lost, and keeps what Chat has', async () => {
    const check = parts.newChecker();
    for (let index = 0; index < 3; index += 1) parts.simulator.addInquiry('SK001');
    await check();
    await parts.deliver();
    // A replica that lacks the last second takes over: rows are gone, and the old connections break.
    const lost = (await parts.tracked()).slice(1).map((row) => row.entry_hash);
    for (const table of ['openeg_entry_tracking WHERE entry_hash', 'openeg_chat_outbox WHERE request_id']) {
      await parts.database.execute(`DELETE FROM ${table} IN (?)`, [lost]);
    }
    const before = parts.database.generation();
    const [{ id } = { id: 0 }] = await parts.database.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
    const killer = openDatabase(parts.test.options);
    await killer.execute(`KILL ${id}`);
    await killer.close();
    await waitUntil(() => parts.database.generation() > before, { deadlineMs: 60_000, what: 'a broken connection' });

    expect((await check()).found).toMatchObject([{ skId: 'SK001', newInquiries: 2 }]);
    await parts.deliver();
    expect(await parts.tracked()).toHaveLength(3);
    expect(parts.simulator.chatMessages('space-SK001')).toHaveLength(3);
  });

  it('finds an inquiry that moderation released after newer ones', async () => {
    const check = parts.newChecker();
    const held = parts.simulator.addInquiry('SK001', { createdAgoMs: 9 * MINUTE_MS, visibleAfterMs: 3_600_000 });
    parts.simulator.addInquiry('SK001');
    await check();
    expect(await parts.tracked()).toHaveLength(1);
    // The LMS's clock is an hour ahead of ours now. The overlap of the windows covers this.
    await parts.simulator.setKnobs({ lms: { clockOffsetMs: 3_600_001 } });
    await check();
    expect((await parts.tracked()).map((row) => row.entry_id)).toContain(held.inquiry.entryId);
  });

  it('counts an inquiry as late that only the wide window contains', async () => {
    const check = parts.newChecker();
    await check();
    const late = parts.simulator.addInquiry('SK001', { createdAgoMs: 5 * HOUR_MS });
    parts.simulator.addInquiry('SK001', { createdAgoMs: 26 * HOUR_MS });
    await parts.database.execute("UPDATE openeg_inquiry_checks SET begins_at = '2020-01-01 00:00:00'");
    await check();
    expect(await parts.tracked()).toEqual([]);

    await parts.database.execute(
      'UPDATE openeg_inquiry_checks SET looked_back_at = UTC_TIMESTAMP(3) - INTERVAL 25 HOUR, wide_tried_at = NULL',
    );
    const { found } = await check();
    expect(found).toEqual([{ skId: 'SK001', newInquiries: 1, lateInquiries: 1 }]);
    expect(await parts.tracked()).toMatchObject([{ entry_id: late.inquiry.entryId, late: 1 }]);
    expect((await parts.metrics.alertsLate.get()).values[0]?.value).toBe(1);
    expect((await parts.outbox())[0]?.content).toContain('늦게 발견');
    // The next check asks for the regular window again, which reaches back to the newest known inquiry.
    parts.simulator.addInquiry('SK001', { createdAgoMs: 6 * HOUR_MS });
    expect((await check()).found).toEqual([]);
  });

  it('alerts no inquiry from more than an hour before the import', async () => {
    parts.simulator.addInquiry('SK001', { createdAgoMs: 2 * HOUR_MS });
    const fresh = parts.simulator.addInquiry('SK001', { createdAgoMs: 50 * MINUTE_MS });
    await parts.newChecker()();
    expect((await parts.tracked()).map((row) => row.entry_id)).toEqual([fresh.inquiry.entryId]);
  });

  it.each([2, 30])('alerts inquiries of an LMS whose clock is %i hours slow, also in later checks', async (hours) => {
    await parts.simulator.setKnobs({ lms: { clockOffsetMs: -hours * HOUR_MS } });
    const old = parts.simulator.addInquiry('SK001', { createdAgoMs: 61 * MINUTE_MS });
    const before = parts.simulator.addInquiry('SK001', { createdAgoMs: 50 * MINUTE_MS });
    const check = parts.newChecker();
    await check();
    const after = parts.simulator.addInquiry('SK001');
    parts.simulator.resetCounts();
    await check();
    expect(listings('SK001')).toBe(1);
    const tracked = (await parts.tracked()).map((row) => row.entry_id);
    expect(tracked).toEqual([before, after].map((posted) => posted.inquiry.entryId));
    expect(tracked).not.toContain(old.inquiry.entryId);
  });

  it('keeps the begin of an import that came while the first check found a slow clock', async () => {
    const begin = async () => {
      const [row] = await parts.database.query<{ begins_at: Date; checked_at: Date | null }>(
        "SELECT begins_at, checked_at FROM openeg_inquiry_checks WHERE sk_id = 'SK001'",
      );
      return row!;
    };
    const { begins_at: from } = await begin();
    const to = new Date(from.getTime() - HOUR_MS);
    const record = (moved: { from: Date; to: Date }) =>
      recordSucceededChecks(parts.database, [
        { skId: 'SK001', movedBegin: moved, checkedAt: new Date(from.getTime() + HOUR_MS), ...WHOLE },
      ]);
    await record({ from: to, to: new Date(0) });
    expect((await begin()).begins_at).toEqual(from);
    await parts.database.execute("UPDATE openeg_inquiry_checks SET checked_at = NULL WHERE sk_id = 'SK001'");
    await record({ from, to });
    await record({ from: to, to: new Date(0) });
    expect((await begin()).begins_at).toEqual(to);
  });

  it('fails for one cohort alone, records since when and why, and catches up later', async () => {
    parts.simulator.addInquiry('SK001');
    parts.simulator.addInquiry('SK002');
    await parts.simulator.setKnobs({
      lms: { faults: [{ fault: 'status', status: 500, operations: ['listInquiries'], cohorts: ['SK001'] }] },
    });
    const check = parts.newChecker();
    const { found, failures } = await check();
    expect(found).toEqual([{ skId: 'SK002', newInquiries: 1, lateInquiries: 0 }]);
    expect(failures).toMatchObject([{ skId: 'SK001', code: 'LMS_UNAVAILABLE' }]);
    expect(failures[0]?.message).toContain('answered 500');
    const first = await checkRow('SK001');
    expect(first).toMatchObject({ failure_code: 'LMS_UNAVAILABLE', checked_at: null });
    await check();
    expect((await checkRow('SK001'))?.failing_since).toEqual(first?.failing_since);

    await parts.simulator.setKnobs({ lms: { faults: [] } });
    expect((await check()).found).toEqual([{ skId: 'SK001', newInquiries: 1, lateInquiries: 0 }]);
    expect(await checkRow('SK001')).toMatchObject({ failing_since: null, failure_code: null });
  });

  it('never locks an account whose password is wrong', async () => {
    parts.simulator.setPassword('SK001', 'another');
    const check = parts.newChecker();
    for (let round = 0; round < 8; round += 1) {
      const { failures } = await check();
      expect(failures.map(({ skId }) => skId)).toEqual(['SK001']);
      expect(failures[0]?.code).toMatch(/^LMS_ACCOUNT_(REFUSED|HELD)$/);
    }
    expect(parts.simulator.state().lms.lockedAccounts).toEqual([]);
  });

  it('aborts the check of a cohort for which the LMS hangs, and finishes the others', async () => {
    parts.simulator.addInquiry('SK002');
    await parts.simulator.setKnobs({
      lms: {
        // Keeps the connection open for longer than the stall timeout.
        processingLimitMs: 60_000,
        faults: [{ fault: 'hang', operations: ['listInquiries'], cohorts: ['SK001'] }],
      },
    });
    const stallTimeout = createStallTimeout({ stallMs: 5_000, totalMs: 60_000 });
    const { found, failures } = await parts.newChecker({ stallTimeout })();
    expect(found).toEqual([{ skId: 'SK002', newInquiries: 1, lateInquiries: 0 }]);
    expect(failures).toMatchObject([{ skId: 'SK001', code: 'LMS_UNAVAILABLE' }]);
    expect(failures[0]?.message).toContain('kept it waiting for 5 s');
    // The first request was aborted, and no second one was sent.
    expect(listings('SK001')).toBe(1);
  });

  it('leaves out a cohort that was deactivated since the tick was planned', async () => {
    await parts.database.execute("UPDATE openeg_gather_town_info SET active = 0 WHERE sk_id = 'SK001'");
    expect(await parts.newChecker()()).toEqual({ checked: 1, found: [], failures: [] });
    expect(listings('SK001')).toBe(0);
  });

  it("throws when the lease was lost, records no failure of the cohort, and keeps the others' results", async () => {
    parts.simulator.addInquiry('SK001');
    parts.simulator.addInquiry('SK002');
    const lms: LmsClient = {
      ...parts.lms,
      listInquiries: (account, since, options) =>
        account.skId === 'SK001'
          ? Promise.reject(new ServiceError('LMS_LEASE_LOST', 'Another process talks to the LMS now.'))
          : parts.lms.listInquiries(account, since, options),
    };
    await expect(parts.newChecker({ lms })()).rejects.toMatchObject({ code: 'LMS_LEASE_LOST' });
    expect(await checkRow('SK001')).toMatchObject({ failing_since: null, checked_at: null });
    expect((await checkRow('SK002'))?.succeeded_at).not.toBeNull();
    expect((await parts.tracked()).map((row) => row.sk_id)).toEqual(['SK002']);
  });

  it('wakes the delivery for alerts that an earlier attempt stored', async () => {
    parts.simulator.addInquiry('SK001');
    await parts.newChecker({ wakeDelivery: () => Promise.reject(new Error('Temporal is away')) })();
    expect(parts.wakes()).toBe(0);
    await parts.newChecker()(undefined, activityEnvironment({ attempt: 2 }));
    expect(parts.wakes()).toBe(1);
  });

  it('refuses more cohorts than a batch has', async () => {
    const skIds = Array.from({ length: 51 }, (_, index) => `SK${index}`);
    await expect(parts.newChecker()(skIds)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
