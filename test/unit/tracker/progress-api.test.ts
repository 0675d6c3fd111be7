import { createProgressApi } from '../../../web/tracker/api/progress-api';
import type { Save } from '../../../web/tracker/saving/save';

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

describe('A call whose token expired', () => {
  /** The tokens that came to the server. */
  let sent: string[];
  /** The one that the server takes. */
  let accepted: string;
  /** Whether a call with this token gets an answer. */
  let isReachable: (token: string) => boolean;
  let renewals: (() => Promise<string | undefined>)[];

  beforeEach(() => {
    [sent, accepted, isReachable, renewals] = [[], 'new', () => true, []];
    jest.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
      // As the real one does: it throws for what no header can hold.
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

  test('is sent again with the new one, which is kept', async () => {
    renewals = [brings('new')];
    const api = open();
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
    expect(sent).toEqual(['old', 'new', 'new']);
  });

  test.each<[string, () => Promise<string | undefined>]>([
    ['a log-in page', brings('<html>\n로그인</html>')],
    ['two lines', brings('new\nnew')],
    ['another script', brings('토큰')],
    ['nothing', brings('')],
    ['none', brings(undefined)],
    ['the old one', brings('old')],
    ['no text', brings(7 as unknown as string)],
    ['an error', () => Promise.reject(new Error('no network'))],
    [
      'an error at once',
      () => {
        throw new Error('no session');
      },
    ],
  ])('is unauthorized when %s comes instead, and asks again the next time', async (_, bad) => {
    renewals = [bad, brings('new')];
    const api = open();
    expect(await api.send(save)).toEqual({ kind: 'unauthorized' });
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
    expect(sent).toEqual(['old', 'old', 'new']);
  });

  test('asks again after a new one that is refused as well', async () => {
    renewals = [brings('stale'), brings('new')];
    const api = open();
    expect(await api.send(save)).toEqual({ kind: 'unauthorized' });
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
    expect(sent).toEqual(['old', 'stale', 'old', 'new']);
  });

  test('asks again after a new one with which nothing was answered', async () => {
    renewals = [brings('unheard'), brings('new')];
    isReachable = (token) => token !== 'unheard';
    const api = open();
    expect(await api.send(save)).toMatchObject({ kind: 'unavailable' });
    expect(await api.send(save)).toEqual({ kind: 'answered', answer: ANSWER });
  });

  test('takes a new one that was read with its line break', async () => {
    renewals = [brings('new\n')];
    expect(await open().send(save)).toEqual({ kind: 'answered', answer: ANSWER });
  });

  test('waits for a new one no longer than for an answer', async () => {
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
