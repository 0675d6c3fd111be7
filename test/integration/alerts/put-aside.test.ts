import type { Database } from '../../../src/adapters/database/core/database';
import { listOpenIncidents } from '../../../src/adapters/database/operations/incidents';
import { activityEnvironment, openInquiries, OPERATORS_SPACE, type InquiryParts } from '../../support/inquiries';
import { waitUntil } from '../../support/wait-until';

type ChatFaults = NonNullable<NonNullable<Parameters<InquiryParts['simulator']['setKnobs']>[0]['chat']>['faults']>;
let parts: InquiryParts;
beforeEach(async () => {
  parts = await openInquiries({ knobs: { chat: { messageIntervalMs: 0 } } });
});
afterEach(() => parts?.close());

const ask = async (titles: readonly string[], skId = 'SK001') => {
  titles.forEach((title, index) =>
    parts.simulator.addInquiry(skId, { title, createdAgoMs: (titles.length - index) * 1_000 }),
  );
  await parts.newChecker()();
};
const setFaults = (...faults: ChatFaults) => parts.simulator.setKnobs({ chat: { faults } });
const execute = (sql: string, parameters: Parameters<Database['execute']>[1] = []) =>
  parts.database.execute(sql, parameters);
const titles = (skId = 'SK001') => parts.simulator.chatMessages(`space-${skId}`).map(({ shown }) => shown.join('\n'));
const toldOperators = () => parts.simulator.chatMessages(OPERATORS_SPACE).map(({ body }) => body.text ?? '');
const states = async () => (await parts.outbox()).filter(({ kind }) => kind === 'inquiry').map(({ state }) => state);
const openKeys = async () => (await listOpenIncidents(parts.database)).map(({ key }) => key);
const anHourLater = () => execute('UPDATE openeg_chat_outbox SET tried_at = tried_at - INTERVAL 1 HOUR');

describe('a message that Chat does not take while it takes others', () => {
  it('is put aside with its content when it is refused as card and as text, and the next one goes on', async () => {
    await setFaults({ fault: 'status', status: 400, containing: '거부될 제목' });
    await ask(['거부될 제목', '다음 제목']);
    expect(await parts.deliver()).toMatchObject({ waiting: false });
    expect(titles()).toEqual([expect.stringContaining('다음 제목')]);
    const [refused] = await parts.outbox();
    expect(refused).toMatchObject({ state: 'aside', content: expect.stringContaining('거부될 제목') });
    expect(refused?.failure).toContain('400');
    const [told, ...more] = toldOperators();
    expect(more).toEqual([]);
    expect(told).toContain((await parts.tracked())[0]?.entry_id);
    expect(told).not.toContain('거부될 제목');
    expect((await parts.tracked())[0]?.processed_at).toBeNull();
  });

  it('is tried once an hour, and is sent when Chat takes it', async () => {
    await setFaults({ fault: 'status', status: 400, containing: '거부될 제목' });
    await ask(['거부될 제목', '다음 제목']);
    await parts.deliver();
    const posts = () => parts.simulator.state().chat.posts;
    const before = posts();
    await parts.deliver();
    expect(posts()).toBe(before);
    await anHourLater();
    await parts.deliver();
    expect(posts()).toBe(before + 1);
    await setFaults();
    await anHourLater();
    await parts.deliver();
    expect(await states()).toEqual(['sent', 'sent']);
    expect(titles().at(-1)).toContain('거부될 제목');
    expect((await parts.tracked()).every((row) => row.processed_at !== null)).toBe(true);
  });

  it('is erased after 14 days, with a notice', async () => {
    await setFaults({ fault: 'status', status: 400, containing: '거부될 제목' });
    await ask(['거부될 제목', '다음 제목']);
    await parts.deliver();
    await execute('UPDATE openeg_chat_outbox SET aside_at = aside_at - INTERVAL 14 DAY');
    await parts.deliver();
    expect((await parts.outbox())[0]).toMatchObject({ state: 'dead', content: null });
    expect(toldOperators().at(-1)).toContain('14일 동안');
    expect(toldOperators()).toHaveLength(2);
  });

  it('goes as text when Chat chokes on its card, after the next one', async () => {
    await setFaults({ fault: 'status', status: 500, containing: '걸리는 제목', cardsOnly: true });
    await ask(['걸리는 제목', '다음 제목', '마지막 제목']);
    await parts.deliver();
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
    expect(titles()[0]).toContain('다음 제목');
    const choked = parts.simulator.chatMessages('space-SK001').find(({ shown }) => shown.join().includes('걸리는'));
    expect(choked?.body.cardsV2).toBeUndefined();
    expect(toldOperators()).toEqual([]);
  });

  it('is put aside when Chat chokes on its text too, also where two such messages come first', async () => {
    await setFaults({ fault: 'status', status: 500, containing: '걸리는 제목' });
    await ask(['걸리는 제목 하나', '걸리는 제목 둘', '하나', '둘', '셋', '넷', '다섯']);
    expect(await parts.deliver()).toMatchObject({ waiting: false });
    expect(await states()).toEqual(['aside', 'aside', 'sent', 'sent', 'sent', 'sent', 'sent']);
    expect(toldOperators()).toHaveLength(2);
  });

  it('waits in order with all others while Chat takes none', async () => {
    const given = ['첫째', '둘째', '셋째', '넷째'];
    await setFaults({ fault: 'status', status: 500 });
    await ask(given);
    const delivery = parts.deliver();
    await waitUntil(() => parts.simulator.state().chat.posts >= 10, { deadlineMs: 60_000, what: 'probes' });
    await setFaults();
    expect(await delivery).toMatchObject({ waiting: false });
    expect(titles()).toEqual(given.map((title) => expect.stringContaining(title)));
    expect(parts.simulator.chatMessages('space-SK001').every(({ body }) => body.cardsV2?.length === 1)).toBe(true);
    expect(toldOperators()).toEqual([]);
  });
});

describe('a webhook that refuses every message', () => {
  it('has one incident, and all messages wait again and arrive', async () => {
    await setFaults({ fault: 'status', status: 400, spaces: ['space-SK001'] });
    await ask(['첫째', '둘째', '셋째', '넷째']);
    const environment = activityEnvironment();
    const delivery = parts.deliver({ environment });
    await waitUntil(async () => (await openKeys()).includes('chat-webhook/SK001'), {
      deadlineMs: 60_000,
      what: 'the incident',
    });
    expect(await states()).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
    environment.cancel();
    await delivery;
    await setFaults();
    await parts.deliver();
    expect(await states()).toEqual(['sent', 'sent', 'sent', 'sent']);
    expect(await openKeys()).toEqual([]);
  });
});

describe('a row that can not be read', () => {
  it.each([
    ['no content', 'NULL'],
    ['broken JSON', `'{"rich":{'`],
    ['no message', `'{}'`],
  ])('is put aside with a notice and stops nobody: %s', async (_name, content) => {
    await ask(['첫째', '둘째']);
    const [first] = await parts.outbox();
    await execute(`UPDATE openeg_chat_outbox SET content = ${content} WHERE id = ?`, [first!.id]);
    expect(await parts.deliver()).toMatchObject({ waiting: false });
    expect(await states()).toEqual(['aside', 'sent']);
    expect(titles()).toEqual([expect.stringContaining('둘째')]);
    expect(toldOperators()).toEqual([expect.stringContaining((await parts.tracked())[0]!.entry_id)]);
  });

  it('is posted as it is where it has a field that this version does not know', async () => {
    await ask(['첫째']);
    const [{ content, id } = { content: '', id: 0 }] = await parts.outbox();
    const stored = JSON.parse(content ?? '') as { rich: object };
    const newer = { ...stored, rich: { ...stored.rich, thread: { threadKey: 'newer' } }, version: 9 };
    await execute('UPDATE openeg_chat_outbox SET content = ? WHERE id = ?', [JSON.stringify(newer), id]);
    await parts.deliver();
    expect(parts.simulator.chatMessages('space-SK001')[0]?.body).toMatchObject(newer.rich);
  });
});
