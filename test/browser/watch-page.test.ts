import type { Browser, Page } from 'playwright-core';
import { tokenFor, type Lesson } from '../support/http-server';
import { waitUntil } from '../support/wait-until';
import { openLecture, startClassroom, type Classroom } from './support/classroom';
import { describeInBrowser } from './support/describe-in-browser';
import { launchBrowser } from './support/launch-browser';
import { pause, play, playUntil, seek } from './support/video';
import { startWire } from './support/wire';

describeInBrowser('The page that shows a lecture', () => {
  let classroom: Classroom;
  let browser: Browser;

  beforeAll(async () => {
    [classroom, browser] = await Promise.all([startClassroom(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await classroom?.close();
  });

  async function open(lesson: Lesson, clip: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await openLecture(page, classroom.watchUrl(lesson, clip));
    return page;
  }

  const percent = async (page: Page): Promise<number> =>
    Number(await page.getByRole('progressbar').getAttribute('aria-valuenow'));

  /** Waits until the page shows the same missing time as the server. */
  const untilMissingTimeIsShown = (page: Page, lesson: Lesson): Promise<unknown> =>
    waitUntil(
      async () =>
        (await page.locator('#missing').textContent()) ===
        `이수(80%)까지 ${inWords(Math.ceil((72_000 - (await classroom.creditedMs(lesson))) / 1_000))} 남았습니다`,
      { deadlineMs: 60_000, what: "the server's missing time on the page" },
    );

  test('shows which parts count, live and never backwards', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson, 'lecture-90s.mp4');
    await page.evaluate(() => {
      const bar = document.querySelector('[role="progressbar"]')!;
      const seen: number[] = [];
      new MutationObserver(() => seen.push(Number(bar.getAttribute('aria-valuenow')))).observe(bar, {
        attributes: true,
        attributeFilter: ['aria-valuenow'],
      });
      Object.assign(window, { seen });
    });
    expect(await percent(page)).toBe(0);
    await play(page, 2);
    await playUntil(page, 5);
    // Reads both in one call, because the video plays on between two calls.
    const playing = await page.evaluate(
      () =>
        new Promise<{ percent: number; seconds: number }>((resolve) => {
          const video = document.querySelector('video')!;
          const bar = document.querySelector('[role="progressbar"]')!;
          video.addEventListener(
            'timeupdate',
            () => resolve({ percent: Number(bar.getAttribute('aria-valuenow')), seconds: video.currentTime }),
            { once: true },
          );
        }),
    );
    expect(Math.abs(playing.percent - playing.seconds / 0.9)).toBeLessThan(2);
    await seek(page, 45);
    await playUntil(page, 49);
    await pause(page);
    await waitUntil(async () => (await page.locator('.openeg-part-saved').count()) === 2, {
      deadlineMs: 60_000,
      what: 'two saved parts in the bar',
    });
    await waitUntil(async () => (await percent(page)) === Math.floor((await classroom.creditedMs(lesson)) / 900), {
      deadlineMs: 60_000,
      what: 'the percent that the server counted',
    });
    const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    // The bar moves while the video plays. With the saves alone it would show two or three values.
    expect(new Set(seen).size).toBeGreaterThan(3);
    await untilMissingTimeIsShown(page, lesson);
    await page.context().close();
  });

  test('corrects itself by the credit of the server', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson, 'lecture-90s.mp4');
    await play(page, 16);
    await playUntil(page, 80);
    await pause(page);
    await waitUntil(() => classroom.creditedMs(lesson), { deadlineMs: 60_000, what: 'a save' });
    await untilMissingTimeIsShown(page, lesson);
    expect(await classroom.creditedMs(lesson)).toBeLessThan(60_000);
    await page.locator('summary').click();
    await waitUntil(async () => (await page.locator('#refused').textContent())?.includes('빠르게 재생'), {
      deadlineMs: 60_000,
      what: 'the reason',
    });
    const parts = page.locator('#missing-parts button');
    const { explanation } = await classroom.explain(lesson);
    // The page does not show parts below a second.
    const missing = explanation.missing.segments.filter(([from, to]) => to - from >= 1_000);
    expect(missing.length).toBeGreaterThan(0);
    const shown = Math.min(missing.length, 12);
    await waitUntil(async () => (await parts.count()) === shown, {
      deadlineMs: 60_000,
      what: `${shown} missing parts`,
    });
    const [[missingFromMs] = [0]] = missing;
    await parts.first().click();
    await page.waitForFunction(
      (at) => Math.abs(document.querySelector('video')!.currentTime - at) < 0.1,
      missingFromMs / 1_000,
    );
    await page.context().close();
  });

  test('completes a video of at most a minute by one call at its end', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson, 'lecture-30s.mp4');
    await seek(page, 29);
    await play(page);
    await page.waitForFunction(() => document.querySelector('video')!.ended);
    expect(classroom.savesOf(lesson)).toHaveLength(0);
    await seek(page, 0);
    await play(page, 2);
    await playUntil(page, 15);
    await pause(page);
    await page.reload();
    await page.waitForSelector('[data-phase="ready"]');
    await playUntil(page, 14.5);
    expect(classroom.savesOf(lesson)).toHaveLength(0);
    await play(page, 2);
    await page.waitForFunction(() => document.querySelector('video')!.ended);
    await page.locator('#completed').waitFor({ state: 'visible' });
    expect(classroom.savesOf(lesson).map(({ path, status }) => [path, status])).toEqual([
      ['/api/progress/complete', 200],
    ]);
    expect(await classroom.explain(lesson)).toMatchObject({ completed: true, totalVideoTime: 30_000 });
    expect(await percent(page)).toBeGreaterThanOrEqual(97);
    await page.context().close();
  });

  test('completes a short video on leaving once 80 % was played', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson, 'lecture-30s.mp4');
    await play(page, 2);
    await playUntil(page, 24.2);
    await page.close();
    await waitUntil(async () => (await classroom.explain(lesson)).completed, {
      deadlineMs: 60_000,
      what: 'the completion',
    });
    expect(classroom.savesOf(lesson)).toHaveLength(1);
  });

  test('saves after each ten seconds of a video, after each minute of a long one', async () => {
    const [middle, long] = [classroom.newLesson(), classroom.newLesson()];
    const pages = await Promise.all([open(middle, 'lecture-90s.mp4'), open(long, 'lecture-700s.mp4')]);
    await Promise.all([play(pages[0], 2), play(pages[1], 4)]);
    await Promise.all([playUntil(pages[0], 41), playUntil(pages[1], 121)]);
    const savedMs = (lesson: Lesson): number[] =>
      classroom.savesOf(lesson).map(({ body }) => body.completionVideoTime as number);
    await waitUntil(() => savedMs(middle).length >= 4 && savedMs(long).length >= 2, {
      deadlineMs: 60_000,
      what: 'saves',
    });
    // A save is never early. It comes with the next `timeupdate`, which is late on a busy machine.
    const expectInterval = (saved: number[], interval: number): void => {
      for (const added of saved) expect(added).toBeGreaterThanOrEqual(interval - 100);
      for (const added of saved) expect(added).toBeLessThan(2 * interval);
    };
    expectInterval(savedMs(middle).slice(0, 4), 10_000);
    expectInterval(savedMs(long).slice(0, 2), 60_000);
    await Promise.all(pages.map((page) => page.context().close()));
  });

  test('plays a video of another origin', async () => {
    const other = await startWire(classroom.serverUrl);
    try {
      const lesson = classroom.newLesson();
      const url = new URL(classroom.watchUrl(lesson, 'x'));
      url.searchParams.set('src', `${other.url}/clips/lecture-90s.mp4`);
      const page = await (await browser.newContext()).newPage();
      const referrers: (string | undefined)[] = [];
      page.on('request', (request) => {
        if (request.url().includes('/clips/')) referrers.push(request.headers().referer);
      });
      await openLecture(page, url.href);
      await play(page, 2);
      await playUntil(page, 2);
      await pause(page);
      await waitUntil(() => classroom.creditedMs(lesson), { deadlineMs: 60_000, what: 'credit' });
      // The page's address contains the learner's token.
      expect(referrers.filter((referrer) => Boolean(referrer))).toEqual([]);
      await page.context().close();
    } finally {
      await other.close();
    }
  });

  test('shows the values of its address as text, and runs none of them', async () => {
    const page = await (await browser.newContext()).newPage();
    const errors: string[] = [];
    page.on('console', (message) => errors.push(`${message.type()} ${message.text()}`));
    page.on('pageerror', (error) => errors.push(error.message));
    const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    const lesson = { projectNo: 'SK001', eduNo: markup, chasiNo: `${markup.slice(0, 40)}'"`, memberNo: markup };
    await openLecture(page, classroom.watchUrl(lesson, 'lecture-90s.mp4'));
    expect(await page.locator('#lesson').textContent()).toContain(markup);
    expect(await page.evaluate(() => [document.images.length, Reflect.get(window, 'hacked')])).toEqual([0, undefined]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test.each(['javascript:window.hacked=1', 'data:text/html,<p>', '', 'http://'])(
    'refuses the video address %p',
    async (source) => {
      const page = await (await browser.newContext()).newPage();
      const url = new URL(classroom.watchUrl(classroom.newLesson(), 'x'));
      url.searchParams.set('src', source);
      await page.goto(url.href);
      await page.getByText('주소가 올바르지 않습니다').waitFor();
      expect(await page.locator('video').count()).toBe(0);
      await page.context().close();
    },
  );

  test('leads a newcomer from the start page to the demo lecture', async () => {
    const lesson = classroom.newLesson();
    const page = await (await browser.newContext()).newPage();
    const { projectNo: project, eduNo: edu, chasiNo: chasi, memberNo } = lesson;
    await page.goto(
      `${classroom.wire.url}/demo?${new URLSearchParams({ project, edu, chasi, token: tokenFor(memberNo) })}`,
    );
    await page.getByRole('link', { name: '강의 보러 가기' }).click();
    await page.waitForSelector('[data-phase="ready"]');
    await play(page, 2);
    await page.locator('#completed').waitFor({ state: 'visible' });
    expect((await classroom.explain(lesson)).completed).toBe(true);
    await page.context().close();
  });
});

function inWords(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return [minutes > 0 ? `${minutes}분` : '', rest > 0 ? `${rest}초` : ''].filter((word) => word !== '').join(' ');
}
