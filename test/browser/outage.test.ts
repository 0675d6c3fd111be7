import type { Browser, Page } from 'playwright-core';
import { tokenFor, type Lesson } from '../support/http-server';
import { waitUntil } from '../support/wait-until';
import { openLecture, startClassroom, type Classroom } from './support/classroom';
import { describeInBrowser } from './support/describe-in-browser';
import { launchBrowser } from './support/launch-browser';
import { isPaused, pause, play, playedMs, playUntil, position } from './support/video';
import type { WireCall } from './support/wire';

const CLIP = 'lecture-90s.mp4';
const isSave = ({ method }: WireCall): boolean => method === 'POST';

describeInBrowser('A page without its server', () => {
  let classroom: Classroom;
  let browser: Browser;

  beforeAll(async () => {
    [classroom, browser] = await Promise.all([startClassroom(), launchBrowser()]);
  });
  afterEach(() => {
    classroom.wire.fault = () => undefined;
    classroom.wire.latencyMs = 0;
  });
  afterAll(async () => {
    await browser?.close();
    await classroom?.close();
  });

  async function open(lesson: Lesson, token?: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await openLecture(page, classroom.watchUrl(lesson, CLIP, token));
    return page;
  }

  /** Opens a page of another site, with other options. */
  async function openHarness(lesson: Lesson, token: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    const options = JSON.stringify({ lesson, token, src: `clips/${CLIP}`, retryDelaysMs: [50, 50, 50, 50] });
    await openLecture(page, `${classroom.wire.url}/harness?options=${encodeURIComponent(options)}`);
    return page;
  }

  async function expectCredit(lesson: Lesson, page: Page): Promise<void> {
    await expectCreditOf(await playedMs(page), lesson);
  }

  async function expectCreditOf(played: number, lesson: Lesson): Promise<void> {
    await waitUntil(async () => Math.abs((await classroom.creditedMs(lesson)) - played) < 100, {
      deadlineMs: 60_000,
      what: `the credit of ${played} ms`,
    });
  }

  test('shows an alert after five tries, plays on, and loses and doubles nothing', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson);
    await play(page);
    await playUntil(page, 1);
    classroom.wire.fault = () => 'dead';
    await pause(page);
    await waitUntil(() => classroom.savesOf(lesson).length >= 2, { deadlineMs: 60_000, what: 'the second try' });
    expect(await page.getByRole('alert').textContent()).toBe('');
    await play(page);
    await waitUntil(async () => (await page.getByRole('alert').textContent()) !== '', {
      deadlineMs: 60_000,
      what: 'the alert',
    });
    const tries = classroom.savesOf(lesson);
    // Chromium itself sends a request again when a reused connection breaks.
    expect(tries.length).toBeGreaterThanOrEqual(5);
    expect(new Set(tries.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await isPaused(page)).toBe(false);
    expect(await classroom.creditedMs(lesson)).toBe(0);

    classroom.wire.fault = () => undefined;
    await waitUntil(async () => (await page.getByRole('alert').textContent()) === '', {
      deadlineMs: 60_000,
      what: 'the alert to end',
    });
    await pause(page);
    await expectCredit(lesson, page);
    await page.context().close();
  });

  test('counts a save once when its answers were lost', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson);
    let lost = 0;
    classroom.wire.fault = (call) => {
      if (!isSave(call) || lost >= 3) return undefined;
      lost += 1;
      return 'answer lost';
    };
    await play(page);
    await playUntil(page, 2);
    await pause(page);
    await waitUntil(() => lost === 3, { deadlineMs: 60_000, what: 'three lost answers' });
    await expectCredit(lesson, page);
    const saves = classroom.savesOf(lesson);
    expect(new Set(saves.map(({ body }) => body.saveId)).size).toBe(1);
    expect((await classroom.explain(lesson)).explanation.refused).toEqual([]);
    await page.context().close();
  });

  test('sends on the next visit what was kept, and resumes where the learner stopped', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson);
    classroom.wire.fault = (call) => (isSave(call) ? 'dead' : undefined);
    await play(page, 2);
    await playUntil(page, 12);
    await pause(page);
    const [played, stopped] = [await playedMs(page), await position(page)];
    await page.reload();
    expect(await classroom.creditedMs(lesson)).toBe(0);
    classroom.wire.fault = () => undefined;
    await page.reload();
    await page.waitForSelector('[data-phase="ready"]');
    await expectCreditOf(played, lesson);
    await playUntil(page, stopped - 0.1);
    expect(await position(page)).toBeLessThan(stopped + 0.1);
    await page.context().close();
  });

  test('waits for the first answer before it plays', async () => {
    const lesson = classroom.newLesson();
    classroom.wire.fault = () => 'dead';
    const page = await (await browser.newContext()).newPage();
    await page.goto(classroom.watchUrl(lesson, CLIP));
    await page.evaluate(() =>
      document
        .querySelector('video')!
        .play()
        .catch(() => {}),
    );
    await waitUntil(
      () => classroom.wire.calls.filter(({ path }) => path.includes(encodeURIComponent(lesson.memberNo))).length >= 3,
      {
        deadlineMs: 60_000,
        what: 'tries of the first call',
      },
    );
    expect(await isPaused(page)).toBe(true);
    classroom.wire.fault = () => undefined;
    await playUntil(page, 1);
    await pause(page);
    await expectCredit(lesson, page);
    await page.context().close();
  });

  test('has one save in flight, also with a slow server', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson);
    classroom.wire.latencyMs = 700;
    classroom.wire.mostSavesInFlight = 0;
    for (const until of [0.5, 1, 1.5, 2, 2.5, 3]) {
      await play(page);
      await playUntil(page, until);
      await pause(page);
    }
    await expectCredit(lesson, page);
    expect(classroom.wire.mostSavesInFlight).toBe(1);
    const ends = classroom.savesOf(lesson).map(({ body }) => body.currentVideoTime as number);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    await page.context().close();
  });

  test('renews an expired token', async () => {
    const lesson = classroom.newLesson();
    const page = await openHarness(lesson, tokenFor(lesson.memberNo));
    let isExpired = true;
    classroom.wire.fault = (call) => (isSave(call) && isExpired ? { status: 401 } : undefined);
    await play(page);
    await playUntil(page, 1);
    await pause(page);
    await waitUntil(async () => (await page.getByRole('alert').textContent())?.includes('로그인'), {
      deadlineMs: 60_000,
      what: 'the alert that the token expired',
    });
    isExpired = false;
    const renewed = tokenFor(lesson.memberNo, { renewed: true });
    await page.evaluate((token) => Object.assign(window, { newToken: token }), renewed);
    await play(page);
    await playUntil(page, 2);
    await pause(page);
    await expectCredit(lesson, page);
    expect(await page.evaluate(() => (window as unknown as { tokensAsked: number }).tokensAsked)).toBeGreaterThan(4);
    await page.context().close();
  });

  test('waits as long as `Retry-After` says', async () => {
    const lesson = classroom.newLesson();
    const page = await openHarness(lesson, tokenFor(lesson.memberNo));
    let refusedAtMs: number | undefined;
    classroom.wire.fault = (call) => {
      if (!isSave(call) || refusedAtMs !== undefined) return undefined;
      refusedAtMs = call.atMs;
      return { status: 429, headers: { 'retry-after': '2' } };
    };
    await play(page);
    await playUntil(page, 1);
    await pause(page);
    await expectCredit(lesson, page);
    const [first, second] = classroom.savesOf(lesson);
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(1_990);
    expect(second!.body).toEqual(first!.body);
    await page.context().close();
  });

  test.each([
    [403, 'POST'],
    [404, 'POST'],
    [422, 'POST'],
    [200, 'POST'],
    [403, 'GET'],
    [200, 'GET'],
  ])('treats a page of a proxy with status %i in answer to a %s as an outage', async (status, method) => {
    const lesson = classroom.newLesson();
    let pages = 0;
    classroom.wire.fault = (call) => {
      if (call.method !== method || pages > 0) return undefined;
      pages += 1;
      return { status };
    };
    const page = await openHarness(lesson, tokenFor(lesson.memberNo));
    for (const until of [0.5, 1, 1.5]) {
      await play(page);
      await playUntil(page, until);
      await pause(page);
    }
    await expectCredit(lesson, page);
    expect(pages).toBe(1);
    expect(await page.getByRole('alert').textContent()).toBe('');
    await page.context().close();
  });

  test.each([
    [400, 'BODY_INVALID'],
    [403, 'OTHER_MEMBER'],
    [413, 'BODY_TOO_LARGE'],
    [422, 'LENGTH_MISMATCH'],
  ] as const)('does not repeat a save that is refused with %i', async (status, code) => {
    const lesson = classroom.newLesson();
    const page = await openHarness(lesson, tokenFor(lesson.memberNo));
    classroom.wire.fault = (call) => (isSave(call) ? { status, code } : undefined);
    for (const until of [0.5, 1, 1.5]) {
      await play(page);
      await playUntil(page, until);
      await pause(page);
    }
    const played = await playedMs(page);
    await waitUntil(async () => (await page.getByRole('status').textContent())?.includes(code), {
      deadlineMs: 60_000,
      what: 'the page to show the refusal',
    });
    expect(classroom.savesOf(lesson)).toHaveLength(1);
    expect(await page.getByRole('alert').textContent()).toBe('');
    classroom.wire.fault = () => undefined;
    await page.reload();
    // The next visit sends everything that this one kept.
    await expectCreditOf(played, lesson);
    await page.context().close();
  });

  test('sends a save with a new id when its id is used already', async () => {
    const lesson = classroom.newLesson();
    const page = await openHarness(lesson, tokenFor(lesson.memberNo));
    let conflicts = 0;
    classroom.wire.fault = (call) => {
      if (!isSave(call) || conflicts > 0) return undefined;
      conflicts += 1;
      return { status: 409, code: 'SAVE_ID_REUSED' };
    };
    await play(page);
    await playUntil(page, 1);
    await pause(page);
    await expectCredit(lesson, page);
    const [first, second] = classroom.savesOf(lesson);
    expect(second!.body.saveId).not.toBe(first!.body.saveId);
    expect(second!.body.segments).toEqual(first!.body.segments);
    await page.context().close();
  });
});
