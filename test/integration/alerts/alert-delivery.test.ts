import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import type { Database } from '../../../src/adapters/database/core/database';
import { enqueueMessage } from '../../../src/adapters/database/alerts/chat-outbox';
import { listOpenIncidents } from '../../../src/adapters/database/operations/incidents';
import { noticeMessage } from '../../../src/domain/operations/operators-message';
import { ServiceError } from '../../../src/domain/shared/service-error';
import {
  activityEnvironment,
  DEFAULT_SPACE,
  openInquiries,
  OPERATORS_SPACE,
  type InquiryParts,
} from '../../support/inquiries';
import { waitUntil } from '../../support/wait-until';

let parts: InquiryParts;
afterEach(() => parts?.close());

const DEADLINE = { deadlineMs: 60_000 };
/** Below a second, because timers and connections are inexact. space-pacer.test.ts tests the exact pace. */
const NEARLY_A_SECOND_MS = 800;
const ask = async (skId: string, count: number, draft: Parameters<InquiryParts['simulator']['addInquiry']>[1] = {}) => {
  for (let index = 0; index < count; index += 1) {
    parts.simulator.addInquiry(skId, { createdAgoMs: (count - index) * 1_000, ...draft });
  }
  await parts.newChecker()();
};
const messagesOf = (skId: string) => parts.simulator.chatMessages(`space-${skId}`);
const states = async () => (await parts.outbox()).map((row) => row.state);

describe('deliverAlerts', () => {
  it('delivers each alert once, in order, and erases its content', async () => {
    parts = await openInquiries({ knobs: { chat: { messageIntervalMs: NEARLY_A_SECOND_MS } } });
    await ask('SK001', 3);
    await ask('SK002', 2);
    expect(await parts.deliver()).toEqual({ sent: 5, waiting: false });

    for (const skId of ['SK001', 'SK002']) {
      const asked = parts.simulator.inquiries(skId).sort((one, other) => one.createdAtMs - other.createdAtMs);
      const tracked = (await parts.tracked()).filter((row) => row.sk_id === skId);
      const messages = messagesOf(skId);
      expect(messages.map(({ requestId }) => requestId)).toEqual(tracked.map((row) => row.entry_hash));
      expect(messages.map(({ thread }) => thread)).toEqual(
        tracked.map((row) => `spaces/space-${skId}/threads/${row.entry_hash}`),
      );
      asked.forEach(({ inquiry }, index) => {
        expect(messages[index]?.shown).toContain(inquiry.title);
        expect(messages[index]?.body.text).toBeUndefined();
        expect(messages[index]?.body.fallbackText).toContain(inquiry.title);
      });
    }
    expect((await parts.tracked()).every((row) => row.processed_at !== null)).toBe(true);
    expect((await parts.outbox()).every((row) => row.state === 'sent' && row.content === null)).toBe(true);
    const { posts, rateLimited, offences } = parts.simulator.state().chat;
    expect({ posts, rateLimited, offences }).toEqual({ posts: 5, rateLimited: 0, offences: [] });
    const delivered = (await parts.metrics.alertDeliverySeconds.get()).values.find(({ metricName }) =>
      metricName?.endsWith('_count'),
    );
    expect(delivered?.value).toBe(5);
  });

  it('paces cohorts with the default space as one space', async () => {
    parts = await openInquiries({
      withoutSpace: ['SK001', 'SK002'],
      knobs: { chat: { messageIntervalMs: NEARLY_A_SECOND_MS } },
    });
    await ask('SK001', 2);
    await ask('SK002', 1);
    await parts.deliver();
    expect(parts.simulator.chatMessages(DEFAULT_SPACE).map(({ requestId }) => requestId)).toEqual(
      (await parts.outbox()).map((row) => row.request_id),
    );
    expect(parts.simulator.state().chat.rateLimited).toBe(0);
  });

  it('delivers messages that arrive meanwhile', async () => {
    parts = await openInquiries();
    // They take four seconds, during which the fifth arrives.
    await ask('SK001', 4);
    const delivery = parts.deliver();
    await waitUntil(() => messagesOf('SK001').length >= 1, { ...DEADLINE, what: 'the first message' });
    await ask('SK002', 1);
    expect(await delivery).toEqual({ sent: 5, waiting: false });
  });

  it('repeats a post whose answer was lost, with the same requestId', async () => {
    parts = await openInquiries({ chatTimeoutMs: 2_000 });
    await parts.simulator.setKnobs({
      chat: {
        hangMs: 10_000,
        messageIntervalMs: 0,
        faults: [
          { fault: 'create-then-hang', times: 1 },
          { fault: 'create-then-reset', times: 1 },
          { fault: 'create-then-fail', times: 1 },
          { fault: 'status', status: 429, retryAfterSeconds: 1, times: 1 },
          { fault: 'status', status: 503, times: 1 },
        ],
      },
    });
    await ask('SK001', 3);
    await parts.deliver();
    expect(messagesOf('SK001')).toHaveLength(3);
    const { created, duplicates, offences } = parts.simulator.state().chat;
    expect({ created, offences }).toEqual({ created: 3, offences: [] });
    // One for each lost answer, and one more for each answer that was too slow.
    expect(duplicates).toBeGreaterThanOrEqual(3);
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
  });

  it('repeats a post that it could not record, with the same requestId', async () => {
    parts = await openInquiries();
    await ask('SK001', 1);
    const dying: Database = {
      ...parts.database,
      transaction: () => Promise.reject(new ServiceError('DATABASE_UNAVAILABLE', 'The database is away.')),
    };
    await expect(parts.deliver({ database: dying })).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(messagesOf('SK001')).toHaveLength(1);
    expect(await states()).toEqual(['waiting']);
    await parts.deliver();
    expect(messagesOf('SK001')).toHaveLength(1);
    expect(parts.simulator.state().chat.duplicates).toBe(1);
    expect(await states()).toEqual(['sent']);
  });

  it('sends the text when Chat refuses the card', async () => {
    parts = await openInquiries();
    await parts.simulator.setKnobs({ chat: { faults: [{ fault: 'status', status: 400, cardsOnly: true, times: 1 }] } });
    await ask('SK001', 2);
    await parts.deliver();
    const [first, second] = messagesOf('SK001');
    expect(first?.body.cardsV2).toBeUndefined();
    expect(first?.body.text).toContain(parts.simulator.inquiries('SK001').at(-1)?.inquiry.title ?? '');
    expect(second?.body.cardsV2).toHaveLength(1);
    expect(parts.simulator.state().chat.offences).toEqual([]);
  });

  it('keeps the alerts of a revoked webhook until a new one is imported', async () => {
    parts = await openInquiries();
    await parts.simulator.setKnobs({ chat: { revokedSpaces: ['space-SK001'] } });
    await ask('SK001', 2);
    await ask('SK002', 1);
    const delivery = parts.deliver();
    await waitUntil(
      () => messagesOf('SK002').length === 1 && parts.simulator.chatMessages(OPERATORS_SPACE).length === 1,
      { ...DEADLINE, what: 'messages for the other cohort and the operators' },
    );
    expect((await listOpenIncidents(parts.database)).map(({ key }) => key)).toEqual(['chat-webhook/SK001']);
    expect((await parts.outbox()).filter((row) => row.sk_id === 'SK001').map((row) => row.state)).toEqual([
      'waiting',
      'waiting',
    ]);

    const account = parts.simulator.cohorts().find(({ skId }) => skId === 'SK001');
    if (account === undefined) throw new Error('the simulator has no SK001');
    const { skId, cohortName, loginId, password } = account;
    await importCohorts(parts.database, parts.secretBox, [
      { skId, cohortName, loginId, password, chatWebhookUrl: parts.simulator.chatUrl('space-new') },
    ]);
    expect((await delivery).waiting).toBe(false);
    expect(parts.simulator.chatMessages('space-new')).toHaveLength(2);
    expect(await listOpenIncidents(parts.database)).toEqual([]);
    const operators = parts.simulator.chatMessages(OPERATORS_SPACE).map(({ body }) => body.text ?? '');
    expect(operators).toHaveLength(2);
    expect(operators[0]).toContain('🚨');
    expect(operators[1]).toContain('✅');
    for (const text of operators) expect(text).not.toMatch(/simulated-(key|token)|http/);
  });

  it('delivers in order after an outage of Chat', async () => {
    parts = await openInquiries();
    await parts.simulator.setKnobs({ chat: { availability: 'refuse' } });
    await ask('SK001', 2);
    const delivery = parts.deliver();
    await ask('SK001', 1);
    await parts.simulator.setKnobs({ chat: { availability: 'up' } });
    expect((await delivery).waiting).toBe(false);
    expect(messagesOf('SK001').map(({ requestId }) => requestId)).toEqual(
      (await parts.outbox()).map((row) => row.request_id),
    );
  });

  it('stops when it is cancelled, and leaves the rest to the next call', async () => {
    parts = await openInquiries();
    await ask('SK001', 3);
    const environment = activityEnvironment();
    const delivery = parts.deliver({ environment });
    await waitUntil(() => messagesOf('SK001').length === 1, { ...DEADLINE, what: 'the first message' });
    environment.cancel();
    expect((await delivery).waiting).toBe(true);
    expect(await parts.deliver()).toMatchObject({ waiting: false });
    expect(messagesOf('SK001')).toHaveLength(3);
  });

  it('delivers the last alerts of a deactivated cohort', async () => {
    parts = await openInquiries();
    await ask('SK001', 1);
    await parts.database.execute("UPDATE openeg_gather_town_info SET active = 0 WHERE sk_id = 'SK001'");
    await parts.deliver();
    expect(messagesOf('SK001')).toHaveLength(1);
  });

  it('delivers the other alerts when one webhook can not be decrypted', async () => {
    parts = await openInquiries();
    await ask('SK001', 1);
    await ask('SK002', 1);
    await parts.database.execute("UPDATE openeg_gather_town_info SET chat_webhook_url = 'v1.x' WHERE sk_id = 'SK001'");
    const environment = activityEnvironment();
    const delivery = parts.deliver({ environment });
    await waitUntil(
      () => messagesOf('SK002').length === 1 && parts.simulator.chatMessages(OPERATORS_SPACE).length === 1,
      {
        ...DEADLINE,
        what: 'messages for the other cohort and the operators',
      },
    );
    environment.cancel();
    expect((await delivery).waiting).toBe(true);
    expect((await listOpenIncidents(parts.database)).map(({ key }) => key)).toEqual(['chat-webhook/SK001']);
  });

  it('mentions nobody, links nowhere and shows every title for all texts of learners', async () => {
    parts = await openInquiries({ knobs: { chat: { messageIntervalMs: 0 } } });
    for (let index = 0; index < 20; index += 1) parts.simulator.addInquiry('SK001', { awkward: true });
    await parts.newChecker()();
    // Posted directly, because this test needs the texts and not their delivery.
    const contents = (await parts.outbox()).map((row) => JSON.parse(row.content ?? '') as { rich: object });
    for (const [index, { rich }] of contents.entries()) {
      const response = await fetch(`${parts.simulator.chatUrl('texts')}&requestId=${index}`, {
        method: 'POST',
        body: JSON.stringify(rich),
      });
      expect(response.status).toBe(200);
    }
    const messages = parts.simulator.chatMessages('texts');
    const asked = parts.simulator.inquiries('SK001').sort((one, other) => one.createdAtMs - other.createdAtMs);
    const titles = new Set(asked.map(({ inquiry }) => inquiry.title));
    expect(titles.size).toBeGreaterThan(4);
    for (const { body, shown, markup } of messages) {
      expect(markup.mentions).toEqual([]);
      expect(markup.links.filter((link) => !link.startsWith('https://lms.example.com/'))).toEqual([]);
      expect(body.text).toBeUndefined();
      expect([...titles].some((title) => shown.join('\n').includes(title))).toBe(true);
    }
  });

  it("delivers alerts before the operators' messages in a shared space", async () => {
    parts = await openInquiries({ withoutSpace: ['SK001'] });
    for (const requestId of ['notice-1', 'notice-2']) {
      const message = { requestId, kind: 'operations', skId: null, threadKey: 'notice' } as const;
      await enqueueMessage(parts.database, { ...message, content: noticeMessage('확인하세요') });
    }
    await ask('SK001', 2);
    await parts.deliver({ operatorsWebhookUrl: parts.simulator.chatUrl(DEFAULT_SPACE) });
    const posted = parts.simulator.chatMessages(DEFAULT_SPACE).map(({ requestId }) => requestId);
    const questions = (await parts.tracked()).map((row) => row.entry_hash);
    expect(posted).toEqual([...questions, 'notice-1', 'notice-2']);
  });

  it("delivers the operators' messages to their own space", async () => {
    parts = await openInquiries();
    const message = { requestId: 'notice-1', kind: 'operations', skId: null, threadKey: 'notice' } as const;
    await enqueueMessage(parts.database, { ...message, content: noticeMessage('확인하세요') });
    await parts.deliver();
    expect(parts.simulator.chatMessages(OPERATORS_SPACE).map(({ body }) => body.text)).toEqual(['⚠️ 확인하세요']);
  });
});
