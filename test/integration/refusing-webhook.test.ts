import { importCohorts } from '../../src/adapters/database/cohorts';
import { listOpenIncidents } from '../../src/adapters/database/incidents';
import type { MockActivityEnvironment } from '@temporalio/testing';
import {
  activityEnvironment,
  DEFAULT_SPACE,
  openInquiries,
  OPERATORS_SPACE,
  type InquiryParts,
} from '../support/inquiries';
import { waitUntil } from '../support/wait-until';

let parts: InquiryParts;
let runs: MockActivityEnvironment[] = [];
afterEach(async () => {
  for (const run of runs) run.cancel();
  runs = [];
  await parts?.close();
});

const DEADLINE = { deadlineMs: 90_000 };
const ask = async (skId: string, count: number, title?: string) => {
  for (let index = 0; index < count; index += 1) {
    parts.simulator.addInquiry(skId, {
      createdAgoMs: (count - index) * 1_000,
      ...(title === undefined ? {} : { title }),
    });
  }
  await parts.newChecker()();
};
/** Chat refuses every message of these spaces, or of all, as it refuses one that is not as it should be. */
const refuseAll = (...spaces: string[]) =>
  parts.simulator.setKnobs({
    chat: { faults: [{ fault: 'status', status: 400, ...(spaces.length === 0 ? {} : { spaces }) }] },
  });
const mend = () => parts.simulator.setKnobs({ chat: { faults: [] } });
const messagesOf = (space: string) => parts.simulator.chatMessages(space);
const operatorsTold = () => messagesOf(OPERATORS_SPACE).map(({ body }) => body.text ?? '');
const alerts = async () => (await parts.outbox()).filter(({ kind }) => kind === 'inquiry');
const states = async () => (await alerts()).map(({ state }) => state);
const hashes = async () => (await alerts()).map((row) => row.request_id);
const incidents = async () => (await listOpenIncidents(parts.database)).map(({ key }) => key);
const judged = (key: string) =>
  waitUntil(async () => (await incidents()).includes(key), { ...DEADLINE, what: `the incident ${key}` });
/** A worker of its own: it knows nothing but what the database says. */
const startDelivery = () => {
  const environment = activityEnvironment();
  runs.push(environment);
  const ended = parts.deliver({ environment });
  return {
    ended,
    async stop() {
      environment.cancel();
      return await ended;
    },
  };
};
const importWebhook = async (skId: string, space: string) => {
  const account = parts.simulator.cohorts().find((cohort) => cohort.skId === skId);
  if (account === undefined) throw new Error(`the simulator has no ${skId}`);
  const { cohortName, loginId, password } = account;
  await importCohorts(parts.database, parts.secretBox, [
    { skId, cohortName, loginId, password, chatWebhookUrl: parts.simulator.chatUrl(space) },
  ]);
};
/** Each alert once, in order, with its card, and nothing under a `requestId` that said something else. */
const expectAllDelivered = async (space: string) => {
  const messages = messagesOf(space);
  expect(messages.map(({ requestId }) => requestId)).toEqual(await hashes());
  for (const { body } of messages) expect(body.cardsV2).toHaveLength(1);
  expect(parts.simulator.state().chat).toMatchObject({ duplicates: 0, offences: [] });
  expect((await parts.outbox()).every(({ state, content }) => state === 'sent' && content === null)).toBe(true);
  expect((await parts.tracked()).every((row) => row.processed_at !== null)).toBe(true);
  expect(await incidents()).toEqual([]);
};

describe('a webhook that refuses every message', () => {
  it('keeps its alerts until a new one is imported', async () => {
    parts = await openInquiries();
    await refuseAll('space-SK001');
    await ask('SK001', 5);
    const delivery = startDelivery();
    await judged('chat-webhook/SK001');
    expect(await states()).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'waiting']);
    await ask('SK002', 1);
    await waitUntil(() => messagesOf('space-SK002').length === 1, { ...DEADLINE, what: "the other cohort's alert" });
    expect((await alerts()).slice(0, 5).every(({ content }) => content !== null)).toBe(true);

    await importWebhook('SK001', 'space-new');
    expect(await delivery.ended).toMatchObject({ waiting: false });
    const firstFive = (await hashes()).slice(0, 5);
    expect(messagesOf('space-new').map(({ requestId }) => requestId)).toEqual(firstFive);
    for (const { body } of messagesOf('space-new')) expect(body.cardsV2).toHaveLength(1);
    expect(await incidents()).toEqual([]);
    expect(parts.simulator.state().chat).toMatchObject({ duplicates: 0, offences: [] });
    const told = operatorsTold();
    expect(told.filter((text) => text.startsWith('🚨'))).toHaveLength(1);
    expect(told.filter((text) => text.startsWith('✅'))).toHaveLength(1);
    for (const text of told) expect(text).not.toMatch(/simulated-(key|token)|http/);
  });

  it('is tried by itself, and sends all in order once it is mended', async () => {
    parts = await openInquiries();
    await refuseAll('space-SK001');
    await ask('SK001', 4);
    const delivery = startDelivery();
    await judged('chat-webhook/SK001');
    // The fourth is tried in the same turn, as card and as text.
    await waitUntil(() => parts.simulator.state().chat.refused >= 8, { ...DEADLINE, what: 'the try with another' });
    await mend();
    expect(await delivery.ended).toMatchObject({ waiting: false });
    await expectAllDelivered('space-SK001');
  });

  it('loses and repeats nothing, whatever a worker forgets', async () => {
    parts = await openInquiries();
    await refuseAll('space-SK001');
    for (let alert = 0; alert < 2; alert += 1) {
      await ask('SK001', 1);
      expect(await parts.deliver()).toMatchObject({ waiting: false });
    }
    expect(await states()).toEqual(['dead', 'dead']);
    expect(operatorsTold()).toHaveLength(2);

    await ask('SK001', 1);
    const third = startDelivery();
    await judged('chat-webhook/SK001');
    expect(await third.stop()).toMatchObject({ waiting: true });
    for (let restart = 0; restart < 2; restart += 1) {
      const posts = parts.simulator.state().chat.posts;
      const delivery = startDelivery();
      await waitUntil(() => parts.simulator.state().chat.posts >= posts + 4, { ...DEADLINE, what: 'two more tries' });
      await delivery.stop();
      expect(await states()).toEqual(['waiting', 'waiting', 'waiting']);
    }
    expect(await incidents()).toEqual(['chat-webhook/SK001']);
    await mend();
    await parts.deliver();
    await expectAllDelivered('space-SK001');
    expect(operatorsTold()).toHaveLength(4);
  });

  it('is known by what cohorts that share it send together', async () => {
    parts = await openInquiries({ withoutSpace: ['SK001', 'SK002'] });
    await refuseAll(DEFAULT_SPACE);
    await ask('SK001', 1);
    await ask('SK002', 1);
    await parts.deliver();
    await ask('SK002', 1);
    const delivery = startDelivery();
    await judged('chat-webhook/SK002');
    expect(await states()).toEqual(['waiting', 'waiting', 'waiting']);
    await mend();
    expect(await delivery.ended).toMatchObject({ waiting: false });
    await expectAllDelivered(DEFAULT_SPACE);
  });

  it('keeps what the operators are told too, and tells of no alert that was sent after all', async () => {
    parts = await openInquiries();
    await refuseAll();
    await ask('SK001', 3);
    const delivery = startDelivery();
    await judged('chat-webhook/SK001');
    expect(await states()).toEqual(['waiting', 'waiting', 'waiting']);
    await mend();
    expect(await delivery.ended).toMatchObject({ waiting: false });
    await expectAllDelivered('space-SK001');
    const told = operatorsTold();
    expect(told.filter((text) => text.startsWith('⚠️'))).toEqual([]);
    expect(told.filter((text) => text.includes('기수 SK001') && text.startsWith('🚨'))).toHaveLength(1);
    expect(told.filter((text) => text.includes('기수 SK001') && text.startsWith('✅'))).toHaveLength(1);
  });
});

describe('a message that Chat refuses', () => {
  const REFUSED = '거부될 제목';
  const refuseTitle = () =>
    parts.simulator.setKnobs({ chat: { faults: [{ fault: 'status', status: 400, containing: REFUSED }] } });

  it('holds nobody up, however many of them there are', async () => {
    parts = await openInquiries();
    await refuseTitle();
    await ask('SK001', 4, REFUSED);
    await ask('SK001', 2);
    await parts.deliver();
    expect(await states()).toEqual(['dead', 'dead', 'dead', 'dead', 'sent', 'sent']);
    expect(messagesOf('space-SK001').map(({ requestId }) => requestId)).toEqual((await hashes()).slice(4));
    expect(await incidents()).toEqual([]);
    const given = operatorsTold().filter((text) => text.startsWith('⚠️'));
    const dead = (await parts.tracked()).slice(0, 4);
    for (const { entry_id } of dead) expect(given.filter((text) => text.includes(`${entry_id})`))).toHaveLength(1);
    expect(parts.simulator.state().chat).toMatchObject({ duplicates: 0, offences: [] });
  });

  it('is told of at once, has a second try when its space takes another, and is erased then', async () => {
    parts = await openInquiries();
    await refuseTitle();
    await ask('SK001', 1, REFUSED);
    await parts.deliver();
    expect(await states()).toEqual(['dead']);
    expect(operatorsTold()).toHaveLength(1);
    await ask('SK001', 1);
    await parts.deliver();
    const posts = parts.simulator.state().chat.posts;
    await ask('SK001', 1);
    await parts.deliver();
    expect(parts.simulator.state().chat.posts).toBe(posts + 1);
    expect((await alerts()).map(({ state, content }) => ({ state, content }))).toEqual([
      { state: 'dead', content: null },
      { state: 'sent', content: null },
      { state: 'sent', content: null },
    ]);
    expect(operatorsTold()).toHaveLength(1);
  });

  it('is sent after all when it was the webhook that was replaced', async () => {
    parts = await openInquiries();
    await refuseAll('space-SK001');
    await ask('SK001', 2);
    await parts.deliver();
    expect(await states()).toEqual(['dead', 'dead']);
    await importWebhook('SK001', 'space-new');
    await ask('SK001', 1);
    await parts.deliver();
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
    const sent = messagesOf('space-new').map(({ requestId }) => requestId);
    expect(sent).toHaveLength(3);
    expect(new Set(sent)).toEqual(new Set(await hashes()));
    expect(parts.simulator.state().chat).toMatchObject({ duplicates: 0, offences: [] });
  });
});
