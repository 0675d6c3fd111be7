import { createProgressApi, retryAfterMs, type Save } from '../../../web/tracker/api/progress-api';

const LESSON = { projectNo: 'P', eduNo: 'E', chasiNo: 'C', memberNo: 'M' };
const ANSWER = { completionVideoTime: 5_000, totalVideoTime: 90_000, completed: false, completedAt: null };
const save: Save = {
  complete: false,
  body: {
    ...LESSON,
    totalVideoTime: 90_000,
    currentVideoTime: 5_000,
    completionVideoTime: 5_000,
    saveId: '2d1b1f0e-6f4b-4d2c-9a56-0f6d2a0c9f11',
    playbackRate: 1,
    segments: [[0, 5_000]],
  },
};

describe('A call with an expired token', () => {
  /** The tokens that the server received. */
  let sent: string[];
  /** The token that the server accepts. */
  let accepted: string;
  /** Whether a call with this token gets an answer. */
  let isReachable: (token: string) => boolean;
  let renewals: (() => Promise<string | undefined>)[];

  beforeEach(() => {
    [sent, accepted, isReachable, renewals] = [[], 'new', () => true, []];
    jest.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
      // The real `fetch` also throws for text that a header cannot contain.
      const token = new Headers(init?.headers).get('authorization')!.replace('Bearer ', '');
      if (!isReachable(token)) throw new TypeError('Failed to fetch');
      sent.push(token);
      return token === accepted ? Response.json(ANSWER) : new Response('', { status: 401 });
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const open = () => createProgressApi('/api/progress', LESSON, 'old', () => renewals.shift()!());
  const brings = (token: string | undefined) => () => Promise.resolve(token);

  test('is sent again with the new token, and later calls use the new token', async () => {
    renewals = [brings('new')];
    const api = open();
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
    expect(sent).toEqual(['old', 'new', 'new']);
  });

  test.each<[string, () => Promise<string | undefined>]>([
    ['a log-in page', brings('<html>\n로그인</html>')],
    ['two lines', brings('new\nnew')],
    ['letters that no header can contain', brings('토큰')],
    ['an empty text', brings('')],
    ['no token', brings(undefined)],
    ['the old token', brings('old')],
    ['a number', brings(7 as unknown as string)],
    ['an error', () => Promise.reject(new Error('no network'))],
    [
      'an error at once',
      () => {
        throw new Error('no session');
      },
    ],
  ])('is unauthorized when the renewal brings %s, and the next call renews again', async (_, bad) => {
    renewals = [bad, brings('new')];
    const api = open();
    expect(await api.send(save)).toEqual({ kind: 'unauthorized' });
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
    expect(sent).toEqual(['old', 'old', 'new']);
  });

  test('renews again after a new token that is refused as well', async () => {
    renewals = [brings('stale'), brings('new')];
    const api = open();
    expect(await api.send(save)).toEqual({ kind: 'unauthorized' });
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
    expect(sent).toEqual(['old', 'stale', 'old', 'new']);
  });

  test('renews again after a new token with which no call was answered', async () => {
    renewals = [brings('unheard'), brings('new')];
    isReachable = (token) => token !== 'unheard';
    const api = open();
    expect(await api.send(save)).toMatchObject({ kind: 'unavailable' });
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
  });

  test('accepts a new token that ends with a line break', async () => {
    renewals = [brings('new\n')];
    expect(await open().send(save)).toEqual({ kind: 'answered', answer: ANSWER });
  });

  test('waits for a new token no longer than for an answer', async () => {
    jest.useFakeTimers();
    renewals = [() => new Promise(() => {}), brings('new')];
    const api = open();
    const outcome = api.send(save);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await outcome).toEqual({ kind: 'unauthorized' });
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
    expect(jest.getTimerCount()).toBe(0);
  });
});

test.each([
  [null, 0],
  ['', 0],
  ['nonsense', 0],
  ['3', 3_000],
  ['-3', 0],
  ['86400', 300_000],
  ['Mon, 20 Jan 2025 00:00:10 GMT', 10_000],
  ['Mon, 20 Jan 2025 00:00:00 GMT', 0],
])('Retry-After %p is %d ms', (header, expected) => {
  expect(retryAfterMs(header, Date.parse('2025-01-20T00:00:00Z'))).toBe(expected);
});
