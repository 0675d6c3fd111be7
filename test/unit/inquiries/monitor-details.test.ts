import type { InquiryMonitorStatus } from '../../../src/workflows/contract';
import { monitorDetails } from '../../../src/workflows/inquiries/monitor-details';

const status: InquiryMonitorStatus = {
  state: 'waiting',
  lastTickStartedAt: '2025-01-20T00:00:00.000Z',
  lastTickEndedAt: '2025-01-20T00:00:01.000Z',
  nextTickAt: '2025-01-20T00:01:00.000Z',
  ticks: 7,
  skippedTicks: 1,
  cohorts: 3,
  newInquiries: 2,
  failures: [],
  failedCohorts: 1,
  tickFailure: null,
};

describe('the details of the monitor', () => {
  it('say what it does before its first check', () => {
    const text = monitorDetails({ ...status, nextTickAt: null, ticks: 0 }, null);
    expect(text).toBe('**waiting** · 0 checks, 1 skipped (times of Asia/Seoul)');
  });

  it('name the cohorts with something to say', () => {
    const text = monitorDetails(status, {
      startedAt: '2025-01-20T00:00:00.000Z',
      endedAt: '2025-01-20T00:00:01.000Z',
      intervalMs: 60_000,
      cohorts: 3,
      newInquiries: 2,
      lateInquiries: 1,
      found: [{ skId: 'SK|2', newInquiries: 2 }],
      failedCohorts: 1,
      failures: [{ skId: 'SK003', code: 'LMS_BAD_PAGE', message: 'items.0.title\nis missing' }],
      tickFailure: null,
    });
    expect(text).toContain('next check 2025-01-20 09:01');
    expect(text).toContain('3 cohorts, 2 new inquiries (1 found late), 1 failed');
    expect(text).toMatch(/^\| SK\\\|2\s+\| 2\s+\| {2}\|$/m);
    expect(text).toMatch(/^\| SK003\s+\|\s+\| \*\*LMS_BAD_PAGE\*\* items\.0\.title is missing \|$/m);
  });
});
