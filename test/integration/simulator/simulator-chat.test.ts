import type { KnobsPatch } from '../../../simulator/knobs';
import { startSimulator, type Simulator } from '../../support/simulator';
import { waitUntil } from '../../support/wait-until';

type Fault = NonNullable<NonNullable<KnobsPatch['chat']>['faults']>[number];

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator({ knobs: { chat: { messageIntervalMs: 0 } } });
});
afterEach(() => simulator.close());

const REPLY = { messageReplyOption: 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD' };

function post(space: string, query: Record<string, string>, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${simulator.chatUrl(space)}&${new URLSearchParams(query).toString()}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

const card = (widgets: unknown[]) => [{ cardId: 'c', card: { header: { title: '제목' }, sections: [{ widgets }] } }];

test('a post with a known requestId of its space creates nothing', async () => {
  const first = await (await post('one', { requestId: 'r1' }, { text: '가' })).json();
  const again = await (await post('one', { requestId: 'r1' }, { text: '가' })).json();
  await post('two', { requestId: 'r1' }, { text: '가' });
  expect(again).toEqual(first);
  expect(simulator.chatMessages('one')).toMatchObject([{ requestId: 'r1', duplicates: 1, body: { text: '가' } }]);
  expect(simulator.chatMessages('two')).toHaveLength(1);
  expect(simulator.state().chat).toMatchObject({ posts: 3, created: 2, duplicates: 1, offences: [] });
});

test('a requestId with two contents and a post without one are offences', async () => {
  await post('one', { requestId: 'r1' }, { text: '가' });
  await post('one', { requestId: 'r1' }, { text: '나' });
  await post('one', {}, { text: '다' });
  expect(simulator.state().chat.offences).toEqual([
    'requestId r1: two contents in one',
    'post without requestId in one',
  ]);
});

test('a threadKey groups messages only with messageReplyOption', async () => {
  await post('one', { requestId: '1', threadKey: 't', ...REPLY }, { text: '1' });
  await post('one', { requestId: '2', threadKey: 't', ...REPLY }, { text: '2' });
  await post('one', { requestId: '3', threadKey: 't' }, { text: '3' });
  const [first, second, third] = simulator.chatMessages().map((message) => message.thread);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test('a message has at most 32,000 bytes of UTF-8', async () => {
  const ofBytes = (bytes: number) => JSON.stringify({ text: `${'가'.repeat(10_000)}${'a'.repeat(bytes - 30_011)}` });
  expect(Buffer.byteLength(ofBytes(32_000))).toBe(32_000);
  expect((await post('one', { requestId: '1' }, ofBytes(32_000))).status).toBe(200);
  expect((await post('one', { requestId: '2' }, ofBytes(32_001))).status).toBe(400);
  expect(simulator.state().chat).toMatchObject({ created: 1, refused: 1 });
});

test('each space takes one post in its interval, repeated ones included', async () => {
  await simulator.setKnobs({ chat: { messageIntervalMs: 60_000, rateLimitRetryAfterSeconds: 2 } });
  expect((await post('one', { requestId: '1' }, { text: '1' })).status).toBe(200);
  const refused = await post('one', { requestId: '1' }, { text: '1' });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
  expect((await post('two', { requestId: '2' }, { text: '2' })).status).toBe(200);
  await simulator.setKnobs({ chat: { messageIntervalMs: 0 } });
  expect((await post('one', { requestId: '1' }, { text: '1' })).status).toBe(200);
  expect(simulator.state().chat).toMatchObject({ rateLimited: 1, created: 2, duplicates: 1 });
});

test('a wrong key or token gets 403, a deleted webhook 404', async () => {
  const url = simulator.chatUrl('one');
  const body = JSON.stringify({ text: 'x' });
  expect((await fetch(url.replace('token=', 'token=x'), { method: 'POST', body })).status).toBe(403);
  expect((await fetch(url.replace(/key=[^&]+/, 'key=x'), { method: 'POST', body })).status).toBe(403);
  expect((await fetch(url.replace('/one/', '/two/'), { method: 'POST', body })).status).toBe(403);
  await simulator.setKnobs({ chat: { revokedSpaces: ['one'] } });
  expect((await post('one', { requestId: '1' }, { text: 'x' })).status).toBe(404);
  expect(simulator.chatMessages()).toEqual([]);
});

test.each([
  ['no JSON', 'text'],
  ['neither text nor cards', {}],
  ['a field that Chat does not know', { text: 'x', colour: 'red' }],
  ['a widget that Chat does not know', { cardsV2: card([{ paragraph: { text: 'x' } }]) }],
  ['a widget with two contents', { cardsV2: card([{ divider: {}, textParagraph: { text: 'x' } }]) }],
  [
    'a button that leads to no web page',
    {
      cardsV2: card([
        { buttonList: { buttons: [{ text: 'x', onClick: { openLink: { url: 'javascript:alert(1)' } } }] } },
      ]),
    },
  ],
  ['a section without widgets', { cardsV2: card([]) }],
])('%s is refused', async (_what, body) => {
  expect((await post('one', { requestId: '1' }, body)).status).toBe(400);
  expect(simulator.chatMessages()).toEqual([]);
});

test('a card is taken, and its shown texts are listed', async () => {
  const widgets = [
    { decoratedText: { topLabel: '학습자', text: '김하은 &lt;users/all&gt; &#39;1&#x27;' } },
    { textParagraph: { text: '<b>굵게</b><br>둘째 줄' } },
    { divider: {} },
    { buttonList: { buttons: [{ text: '열기', onClick: { openLink: { url: 'https://lms.example.com/q/1' } } }] } },
  ];
  expect((await post('one', { requestId: '1' }, { text: '새 문의', cardsV2: card(widgets) })).status).toBe(200);
  const [message] = simulator.chatMessages();
  expect(message?.shown).toEqual(['새 문의', '제목', '학습자', "김하은 <users/all> '1'", '굵게\n둘째 줄']);
  expect(message?.markup).toEqual({ mentions: [], links: [], formatted: ['굵게'] });
});

test('working markup of a text is listed', async () => {
  const text = '<users/all> <https://a.example.com|여기> *굵게* _기울임_ ~취소~ `코드` https://plain.example.com a*b*c';
  await post('one', { requestId: '1' }, { text });
  expect(simulator.chatMessages()[0]?.markup).toEqual({
    mentions: ['users/all'],
    links: ['https://a.example.com'],
    formatted: ['굵게', '기울임', '취소', '코드'],
  });
});

describe('faults', () => {
  const strikeWith = (fault: Fault) => simulator.setKnobs({ chat: { faults: [fault] } });
  const outcome = (response: Promise<Response>) =>
    response.then(
      ({ status }) => status,
      () => 'no answer',
    );

  test.each([
    ['status', { fault: 'status', status: 503, times: 1 }, 503, 0],
    ['reset', { fault: 'reset', times: 1 }, 'no answer', 0],
    ['create-then-reset', { fault: 'create-then-reset', times: 1 }, 'no answer', 1],
    ['create-then-fail', { fault: 'create-then-fail', times: 1 }, 500, 1],
  ] as [string, Fault, number | string, number][])('%s', async (_name, fault, answer, created) => {
    await strikeWith(fault);
    expect(await outcome(post('one', { requestId: '1' }, { text: 'x' }))).toBe(answer);
    expect(simulator.chatMessages()).toHaveLength(created);
    expect(await outcome(post('one', { requestId: '1' }, { text: 'x' }))).toBe(200);
    expect(simulator.chatMessages()).toMatchObject([{ duplicates: created }]);
  });

  test.each([
    ['hang', 0],
    ['create-then-hang', 1],
  ] as const)('%s gets no answer', async (fault, created) => {
    await strikeWith({ fault, times: 1 });
    const caller = new AbortController();
    const hung = outcome(post('one', { requestId: '1' }, { text: 'x' }, caller.signal));
    await waitUntil(() => simulator.state().chat.faults[fault] === 1, { deadlineMs: 60_000, what: 'the fault' });
    expect(simulator.chatMessages()).toHaveLength(created);
    caller.abort();
    expect(await hung).toBe('no answer');
  });

  test('one message is refused each time, and its plain text is taken', async () => {
    await strikeWith({ fault: 'status', status: 400, containing: '금지', cardsOnly: true });
    const withCard = { text: '금지', cardsV2: card([{ textParagraph: { text: '금지' } }]) };
    expect((await post('one', { requestId: '1' }, withCard)).status).toBe(400);
    expect((await post('one', { requestId: '1' }, withCard)).status).toBe(400);
    expect(
      (await post('one', { requestId: '2' }, { ...withCard, text: '허용', cardsV2: card([{ divider: {} }]) })).status,
    ).toBe(200);
    expect((await post('one', { requestId: '1' }, { text: '금지' })).status).toBe(200);
  });

  test('a fault can strike one space alone', async () => {
    await strikeWith({ fault: 'status', status: 500, spaces: ['one'] });
    expect((await post('one', { requestId: '1' }, { text: 'x' })).status).toBe(500);
    expect((await post('two', { requestId: '1' }, { text: 'x' })).status).toBe(200);
  });
});
