import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import type { CliContext } from '../../../src/cli/context';
import { DOCTOR_CHECKS } from '../../../src/cli/doctor/doctor-checks';
import { openInquiries, type InquiryParts } from '../../support/inquiries';

let parts: InquiryParts;
beforeEach(async () => {
  parts = await openInquiries();
});
afterEach(() => parts?.close());

function examine() {
  const { database, secretBox } = parts;
  const context = { database: () => database, secretBox: () => secretBox } as Partial<CliContext> as CliContext;
  return DOCTOR_CHECKS.find(({ part }) => part === 'Chat, cohorts')?.examine(context);
}

it("looks at each cohort's own space without posting", async () => {
  expect(await examine()).toBe('2 own spaces can be reached');
  expect(parts.simulator.state().chat.posts).toBe(0);
});

it('names the cohort whose webhook is none, or whose host is away, and no secret', async () => {
  const account = { cohortName: '과정', loginId: 'login', password: 'pw' };
  await importCohorts(parts.database, parts.secretBox, [
    { ...account, skId: 'SK001', chatWebhookUrl: `${parts.simulator.chatBaseUrl}/elsewhere?key=hidden` },
    { ...account, skId: 'SK002', chatWebhookUrl: 'http://127.0.0.1:1/v1/spaces/A/messages?key=hidden&token=hidden' },
  ]);
  const findings = await examine();
  expect(findings).toMatchObject([
    { part: 'Chat SK001', isOk: false },
    { part: 'Chat SK002', isOk: false },
  ]);
  expect(JSON.stringify(findings)).not.toContain('hidden');
});
