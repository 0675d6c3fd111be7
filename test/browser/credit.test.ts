import type { Browser, Page } from 'playwright-core';
import { waitUntil } from '../support/wait-until';
import type { LectureTracker } from '../../web/tracker';
import { tokenFor, type Lesson } from '../support/http-server';
import { openLecture, startClassroom, type Classroom } from './support/classroom';
import { describeInBrowser } from './support/describe-in-browser';
import { launchBrowser } from './support/launch-browser';
import { pause, play, playedMs, playUntil, position, seek } from './support/video';

/** Server and page differ by at most this from what was really played (contract section 7). */
const AGREEMENT_MS = 1_500;

describeInBrowser('The credit at the server', () => {
  let classroom: Classroom;
  let browser: Browser;

  beforeAll(async () => {
    [classroom, browser] = await Promise.all([startClassroom(), launchBrowser()]);
  });
  afterEach(() => {
    classroom.wire.clipStopsAt = undefined;
  });
  afterAll(async () => {
    await browser?.close();
    await classroom?.close();
  });

  /** Opens a page in a new browser profile. */
  async function open(lesson: Lesson, clip = 'lecture-90s.mp4'): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await openLecture(page, classroom.watchUrl(lesson, clip));
    return page;
  }

  /** Waits until the page has saved everything. @returns the credit in milliseconds */
  async function creditWhenSaved(lesson: Lesson, page: Page): Promise<number> {
    return waitUntil(
      async () => {
        const kept = await page.evaluate(() => Object.keys(localStorage).map((key) => JSON.parse(localStorage[key])));
        const isSent = kept.every(({ sending, unsaved }) => sending.length === 0 && unsaved.length === 0);
        return isSent && (await classroom.creditedMs(lesson));
      },
      { deadlineMs: 60_000, what: 'the page to save what it kept' },
    );
  }

  test.each([[[1, 1.25, 1.5, 2]]])('is what was played, at %s times the speed', async (rates) => {
    const results = await Promise.all(
      rates.map(async (rate) => {
        const lesson = classroom.newLesson();
        const page = await open(lesson);
        await play(page, rate);
        await playUntil(page, 12 * rate);
        await pause(page);
        const [credited, played] = [await creditWhenSaved(lesson, page), await playedMs(page)];
        await page.context().close();
        return { rate, credited, played };
      }),
    );
    for (const { credited, played } of results) expect(Math.abs(credited - played)).toBeLessThan(AGREEMENT_MS);
    // In this test the tracker is exact to a frame.
    for (const { credited, played } of results) expect(Math.abs(credited - played)).toBeLessThan(100);
  });

  test('does not include a skipped part', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson);
    await play(page);
    await playUntil(page, 2);
    await seek(page, 87);
    await page.waitForFunction(() => document.querySelector('video')!.ended);
    const [credited, played] = [await creditWhenSaved(lesson, page), await playedMs(page)];
    expect(Math.abs(credited - played)).toBeLessThan(100);
    expect((await classroom.explain(lesson)).completed).toBe(false);
    await page.context().close();
  });

  test('counts the first tenth once that was watched eight times', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson);
    const ends: number[] = [];
    for (let time = 0; time < 8; time += 1) {
      await seek(page, 0);
      // A late pause adds watched time. The first round is slow enough that the server's clock allows it.
      await play(page, time === 0 ? 2 : 4);
      await playUntil(page, 8.5);
      await pause(page);
      ends.push(await position(page));
    }
    const [credited, played] = [await creditWhenSaved(lesson, page), await playedMs(page)];
    expect(Math.abs(credited - played)).toBeLessThan(100);
    expect(credited).toBeGreaterThan(8_400);
    // On a busy machine the pause comes late.
    expect(credited).toBeLessThanOrEqual(Math.max(...ends) * 1_000 + 100);
    await page.context().close();
  });

  test('is the same for two browsers at the same time as for one', async () => {
    const lesson = classroom.newLesson();
    const pages = await Promise.all([open(lesson), open(lesson)]);
    await Promise.all(pages.map((page) => play(page, 2)));
    await Promise.all(pages.map((page) => playUntil(page, 10)));
    await Promise.all(pages.map(pause));
    const played = await Promise.all(pages.map(playedMs));
    for (const page of pages) await creditWhenSaved(lesson, page);
    expect(Math.abs((await classroom.creditedMs(lesson)) - Math.max(...played))).toBeLessThan(100);
    await Promise.all(pages.map((page) => page.context().close()));
  });

  test('does not drift over many short bursts', async () => {
    const lesson = classroom.newLesson();
    const page = await open(lesson);
    await page.evaluate(async () => {
      const video = document.querySelector('video')!;
      const until = (type: string): Promise<void> =>
        new Promise((resolve) => {
          video.addEventListener(type, () => resolve(), { once: true });
        });
      for (let burst = 0; burst < 40; burst += 1) {
        await video.play();
        await until('timeupdate');
        const paused = until('pause');
        video.pause();
        await paused;
      }
    });
    const [credited, played] = [await creditWhenSaved(lesson, page), await playedMs(page)];
    expect(Math.abs(credited - played)).toBeLessThan(100);
    expect((await classroom.explain(lesson)).explanation.credited).toHaveLength(1);
    await page.context().close();
  });

  test('does not include the time in which the video waited for the network', async () => {
    const lesson = classroom.newLesson();
    classroom.wire.clipStopsAt = 34_000;
    const page = await (await browser.newContext()).newPage();
    await openLecture(page, classroom.watchUrl(lesson, 'lecture.mp4'));
    const startedAt = Date.now();
    await play(page, 2);
    // A decoder without CPU time also makes the video wait, but only for a moment.
    let [stall, stalledAt] = [0, startedAt];
    await waitUntil(
      async () => {
        const askedAt = Date.now();
        const [seconds, lacksData] = await page.evaluate(() => {
          const { currentTime, readyState, HAVE_FUTURE_DATA } = document.querySelector('video')!;
          return [currentTime, readyState < HAVE_FUTURE_DATA] as const;
        });
        if (seconds !== stall || !lacksData) [stall, stalledAt] = [seconds, Date.now()];
        return askedAt - stalledAt > 3_000;
      },
      { deadlineMs: 60_000, what: 'a stall of three seconds' },
    );
    classroom.wire.clipStopsAt = undefined;
    await playUntil(page, stall + 4);
    await pause(page);
    const [credited, played] = [await creditWhenSaved(lesson, page), await playedMs(page)];
    expect(Math.abs(credited - played)).toBeLessThan(100);
    expect(Date.now() - startedAt).toBeGreaterThan(credited / 2 + 2_500);
    await page.context().close();
  });

  describe('of a video whose file does not name its length', () => {
    const CLIP = 'unmeasured-20s.webm';
    const duration = (page: Page): Promise<number> => page.evaluate(() => document.querySelector('video')!.duration);

    test('is what was played where the LMS knows the length, also after a resume', async () => {
      const lesson = { ...classroom.newLesson(), chasiNo: 'unmeasured' };
      await classroom.database.execute(
        `INSERT INTO openeg_roadmap_lessons (sk_id, lesson_id, unit_id, title, position, duration_seconds)
         VALUES (?, ?, 'U', 'T', 1, 90)`,
        [lesson.projectNo, lesson.chasiNo],
      );
      const page = await open(lesson, CLIP);
      await play(page, 2);
      await playUntil(page, 5);
      expect(Number(await page.getByRole('progressbar').getAttribute('aria-valuenow'))).toBeGreaterThanOrEqual(4);
      await pause(page);
      const [credited, played] = [await creditWhenSaved(lesson, page), await playedMs(page)];
      expect(await duration(page)).toBe(Number.POSITIVE_INFINITY);
      expect(Math.abs(credited - played)).toBeLessThan(100);
      const stopped = await position(page);
      await page.reload();
      await page.waitForSelector('[data-phase="ready"]');
      await playUntil(page, stopped - 0.1);
      await play(page, 2);
      await playUntil(page, stopped + 2);
      await pause(page);
      await creditWhenSaved(lesson, page);
      expect((await classroom.explain(lesson)).explanation.credited).toHaveLength(1);
      await page.context().close();
    });

    test('is what was played where nobody knows the length before the end', async () => {
      const lesson = classroom.newLesson();
      const page = await open(lesson, CLIP);
      await play(page, 2);
      await playUntil(page, 4);
      expect(await duration(page)).toBe(Number.POSITIVE_INFINITY);
      await page.evaluate(() => {
        const video = document.querySelector('video')!;
        video.addEventListener('seeking', () => (video.dataset.isMoved = 'yes'));
      });
      await page.waitForFunction(() => document.querySelector('video')!.ended);
      const [credited, played] = [await creditWhenSaved(lesson, page), await playedMs(page)];
      expect(Math.abs(credited - played)).toBeLessThan(100);
      expect((await classroom.explain(lesson)).completed).toBe(true);
      // The video knows its length at its end. Then it must not move to the resume position any more.
      expect(await page.locator('video[data-is-moved]').count()).toBe(0);
      await page.context().close();
    });
  });

  test('uses the length of the present video while the server knows none', async () => {
    const lesson = classroom.newLesson();
    const options = { lesson, token: tokenFor(lesson.memberNo), src: 'clips/lecture-30s.mp4' };
    const page = await (await browser.newContext()).newPage();
    await openLecture(page, `${classroom.wire.url}/harness?options=${encodeURIComponent(JSON.stringify(options))}`);
    const lengthBecomes = (lengthMs: number): Promise<unknown> =>
      page.waitForFunction((expected) => {
        const { tracker } = window as unknown as { tracker: LectureTracker };
        return tracker.state.lengthMs === expected;
      }, lengthMs);
    await lengthBecomes(30_000);
    await page.evaluate(() => {
      const video = document.querySelector('video')!;
      video.removeAttribute('src');
      video.load();
    });
    await lengthBecomes(0);
    await page.evaluate(() => document.querySelector('video')!.setAttribute('src', 'clips/lecture-700s.mp4'));
    await lengthBecomes(700_000);
    await page.context().close();
  });
});
