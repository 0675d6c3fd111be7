import { reportUnreadableInquiries } from '../../../src/adapters/database/inquiries/unreadable-inquiries';
import { listOpenIncidents } from '../../../src/adapters/database/operations/incidents';
import type { LmsClient } from '../../../src/adapters/lms/lms-client';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { activityEnvironment, openInquiries, OPERATORS_SPACE, type InquiryParts } from '../../support/inquiries';

const HOUR_MS = 60 * 60_000;
let parts: InquiryParts;
beforeEach(async () => {
  parts = await openInquiries({ cohorts: 1 });
});
afterEach(() => parts?.close());

const requests = (operation: 'listInquiries' | 'listStudents' | 'login') => {
  const { byOperation, logins } = parts.simulator.state().lms;
  return operation === 'login' ? logins : (byOperation[operation] ?? 0);
};
const dieQuietly = async () => {
  await parts.simulator.setKnobs({ lms: { deadSession: 'empty' } });
  parts.simulator.revokeTokens('SK001');
};
const execute = (sql: string) => parts.database.execute(sql);
const listed = async () => (await parts.tracked()).map((row) => row.entry_id);

describe('a check whose session died quietly', () => {
  it('logs in anew and finds the inquiries where the cohort has a known one', async () => {
    const check = parts.newChecker();
    parts.simulator.addInquiry('SK001', { createdAgoMs: 30 * 60_000 });
    await check();
    await execute(
      `UPDATE openeg_inquiry_checks SET checked_at = checked_at + INTERVAL 3 HOUR, looked_back_at = checked_at,
         wide_tried_at = checked_at`,
    );
    await dieQuietly();
    const asked = parts.simulator.addInquiry('SK001');
    expect((await check()).found).toMatchObject([{ newInquiries: 1 }]);
    expect(await listed()).toContain(asked.inquiry.entryId);
  });

  it('finds them with the eleventh check at the latest where the cohort has none, by one request more in ten', async () => {
    const check = parts.newChecker();
    await check();
    await dieQuietly();
    parts.simulator.addInquiry('SK001');
    parts.simulator.resetCounts();
    const found: number[] = [];
    for (let round = 0; round < 10; round += 1) found.push((await check()).found.length);
    expect(found).toEqual([...Array.from({ length: 8 }, () => 0), 1, 0]);
    expect(requests('listStudents')).toBe(1);
  });

  it('waits no more for an inquiry that a new session does not list either', async () => {
    const check = parts.newChecker();
    const asked = parts.simulator.addInquiry('SK001', { createdAgoMs: 5 * 60_000 });
    await check();
    parts.simulator.dropInquiries('SK001', [asked.inquiry.entryId]);
    parts.simulator.resetCounts();
    expect((await check()).failures).toEqual([]);
    expect(requests('listInquiries')).toBe(2);
    parts.simulator.resetCounts();
    await check();
    expect(requests('listInquiries')).toBe(1);
  });
});

describe('a wide window that fails', () => {
  const failingWide = (): LmsClient => ({
    ...parts.lms,
    listInquiries: (account, since, options) =>
      Date.now() - since.getTime() > 2 * HOUR_MS
        ? Promise.reject(new ServiceError('LMS_BAD_PAGE', 'The page is too large.'))
        : parts.lms.listInquiries(account, since, options),
  });
  const plan = () => activityEnvironment().run(parts.core.planTick);
  const openKeys = async () => (await listOpenIncidents(parts.database)).map(({ key }) => key);

  it('is replaced by the regular one in the same check, tried again after ten minutes, and told after an hour', async () => {
    await parts.newChecker()();
    await execute(
      `UPDATE openeg_inquiry_checks SET begins_at = '2020-01-01', looked_back_at = UTC_TIMESTAMP(3) - INTERVAL 25 HOUR,
         wide_tried_at = NULL`,
    );
    const check = parts.newChecker({ lms: failingWide() });
    const asked = parts.simulator.addInquiry('SK001');
    expect(await check()).toMatchObject({ found: [{ newInquiries: 1 }], failures: [] });
    expect(await listed()).toEqual([asked.inquiry.entryId]);
    await plan();
    expect(await openKeys()).toEqual([]);

    await execute(
      `UPDATE openeg_inquiry_checks SET wide_failing_since = wide_failing_since - INTERVAL 61 MINUTE,
         wide_tried_at = wide_tried_at - INTERVAL 11 MINUTE`,
    );
    expect((await check()).failures).toEqual([]);
    await plan();
    await plan();
    expect(await openKeys()).toEqual(['wide-window-failing']);

    await execute('UPDATE openeg_inquiry_checks SET wide_tried_at = wide_tried_at - INTERVAL 11 MINUTE');
    await parts.newChecker()();
    await plan();
    expect(await openKeys()).toEqual([]);
  });
});

describe('an inquiry that can not be read', () => {
  it('is told once by its entryId, and the others are alerted', async () => {
    const good = parts.simulator.addInquiry('SK001');
    const unreadable = [
      { entryId: 'E-77', problem: 'createdAt is missing' },
      { entryId: null, problem: 'item 3: entryId is missing' },
    ];
    const lms: LmsClient = {
      ...parts.lms,
      listInquiries: async (...given) => ({ ...(await parts.lms.listInquiries(...given)), unreadable }),
    };
    const check = parts.newChecker({ lms });
    await check();
    await check();
    await parts.newChecker({ lms })();
    await parts.deliver();
    expect(await listed()).toEqual([good.inquiry.entryId]);
    expect(parts.simulator.chatMessages('space-SK001')).toHaveLength(1);
    const told = parts.simulator.chatMessages(OPERATORS_SPACE).map(({ body }) => body.text);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('E-77');
    expect(told[0]).toContain('createdAt is missing');
  });

  it('is told by one of two checks at once', async () => {
    const unreadable = [{ entryId: 'E-1', problem: 'createdAt is missing' }];
    const report = () => reportUnreadableInquiries(parts.database, 'SK001', unreadable, new Date());
    await Promise.all([report(), report(), report()]);
    expect((await parts.outbox()).filter(({ state }) => state === 'waiting')).toHaveLength(1);
  });
});
