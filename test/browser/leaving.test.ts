import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { Lesson } from '../support/http-server';
import { temporaryDirectory } from '../support/test-run';
import { waitUntil } from '../support/wait-until';
import { openLecture, startClassroom, type Classroom } from './support/classroom';
import { describeInBrowser } from './support/describe-in-browser';
import { startChromium, type Chromium } from './support/start-chromium';
import { isPaused, play, playedMs, playUntil, position } from './support/video';

const CLIPS = ['lecture-90s.mp4', 'soundless-90s.mp4'];

describeInBrowser('A page that the learner leaves', () => {
  let classroom: Classroom;
  let chromium: Chromium;

  beforeAll(async () => {
    [classroom, chromium] = await Promise.all([startClassroom(), startChromium(temporaryDirectory('profile'))]);
  });
  afterAll(async () => {
    await chromium?.close();
    await classroom?.close();
  });

  async function open(lesson: Lesson, clip: string): Promise<Page> {
    const page = await chromium.context.newPage();
    await page.bringToFront();
    await openLecture(page, classroom.watchUrl(lesson, clip));
    return page;
  }

  /** Puts another tab in front of it. */
  async function hide(page: Page): Promise<Page> {
    const other = await chromium.context.newPage();
    await other.bringToFront();
    await page.waitForFunction(() => document.hidden, undefined, { polling: 20 });
    return other;
  }

  async function show(page: Page, other: Page): Promise<void> {
    await page.bringToFront();
    await other.close();
    await page.waitForFunction(() => !document.hidden, undefined, { polling: 20 });
  }

  /** Checks so often that it sees a video that a browser or a script starts for a moment. */
  async function expectToStayPaused(page: Page): Promise<void> {
    for (let check = 0; check < 12; check += 1) {
      expect(await isPaused(page)).toBe(true);
      await sleep(100);
    }
  }

  const tryToPlay = (page: Page): Promise<void> =>
    page.evaluate(() =>
      document
        .querySelector('video')!
        .play()
        .catch(() => {}),
    );

  test.each(CLIPS)('pauses, earns nothing, and goes on from the cover: %s', async (clip) => {
    const lesson = classroom.newLesson();
    const page = await open(lesson, clip);
    await play(page);
    await playUntil(page, 3);
    const other = await hide(page);
    await waitUntil(() => isPaused(page), { deadlineMs: 60_000, what: 'the video to pause' });
    const left = await position(page);
    // When hiding takes long, another save comes before the save of leaving.
    const credited = await waitUntil(
      async () => {
        const counted = await classroom.creditedMs(lesson);
        return Math.abs(counted - left * 1_000) < 150 && counted;
      },
      { deadlineMs: 60_000, what: 'the credit of all that was seen' },
    );

    await tryToPlay(page);
    await waitUntil(() => isPaused(page), { deadlineMs: 60_000, what: 'the video to be paused' });
    await expectToStayPaused(page);
    expect(await classroom.creditedMs(lesson)).toBe(credited);

    await show(page, other);
    await expectToStayPaused(page);
    const dialog = page.getByRole('dialog');
    expect(await dialog.getAttribute('aria-modal')).toBe('true');
    expect(await dialog.isVisible()).toBe(true);
    for (let time = 0; time < 5; time += 1) await tryToPlay(page);
    await waitUntil(() => isPaused(page), { deadlineMs: 60_000, what: 'the video to be paused' });
    await expectToStayPaused(page);
    expect(await classroom.creditedMs(lesson)).toBe(credited);

    await dialog.getByRole('button').first().click();
    await playUntil(page, left + 1);
    expect(await dialog.isVisible()).toBe(false);
    await page.evaluate(() => document.querySelector('video')!.pause());
    const played = await position(page);
    await waitUntil(async () => Math.abs((await classroom.creditedMs(lesson)) - played * 1_000) < 150, {
      deadlineMs: 60_000,
      what: 'credit without a gap where it was left',
    });
    await page.close();
  });

  test('is also covered for the keyboard and for a screen reader', async () => {
    const page = await open(classroom.newLesson(), 'lecture-90s.mp4');
    await play(page);
    await playUntil(page, 1);
    const other = await hide(page);
    await show(page, other);
    const dialog = page.getByRole('dialog', { name: '영상을 잠시 멈췄어요' });
    const isFocusInside = (): Promise<boolean> =>
      dialog.evaluate((element) => element.contains(document.activeElement) && document.activeElement !== element);
    expect(await isFocusInside()).toBe(true);
    for (const key of ['Tab', 'Tab', 'Shift+Tab', 'Tab']) {
      await page.keyboard.press(key);
      expect(await isFocusInside()).toBe(true);
    }
    await page.evaluate(() => document.querySelector('video')!.focus());
    expect(await isFocusInside()).toBe(true);
    await page.keyboard.press('Space');
    expect(await dialog.isVisible()).toBe(false);
    await waitUntil(async () => !(await isPaused(page)), { deadlineMs: 60_000, what: 'the button to go on' });

    await page.bringToFront();
    const again = await hide(page);
    await show(page, again);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await expectToStayPaused(page);
    await page.close();
  });

  test('earns nothing before the learner saw it', async () => {
    const lesson = classroom.newLesson();
    const front = await chromium.context.newPage();
    await front.bringToFront();
    const opened = chromium.context.waitForEvent('page');
    const session = await front.context().newCDPSession(front);
    await session.send('Target.createTarget', {
      url: classroom.watchUrl(lesson, 'lecture-90s.mp4'),
      background: true,
    });
    const page = await opened;
    await page.waitForFunction(() => document.querySelector('[data-phase="ready"]') !== null, undefined, {
      polling: 50,
    });
    expect(await page.evaluate(() => document.hidden)).toBe(true);
    await tryToPlay(page);
    await waitUntil(() => isPaused(page), { deadlineMs: 60_000, what: 'the video to be paused' });
    await expectToStayPaused(page);
    expect(await classroom.creditedMs(lesson)).toBe(0);
    expect(await page.evaluate(() => document.querySelector('dialog')!.open)).toBe(true);
    await page.close();
    await front.close();
  });

  test('shows no cover when its video was paused before', async () => {
    const page = await open(classroom.newLesson(), 'lecture-90s.mp4');
    const other = await hide(page);
    await show(page, other);
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    await page.close();
  });

  test('loses at most two seconds when it is closed at any moment', async () => {
    for (const seconds of [0.7, 1.9, 3.3, 10.1]) {
      const lesson = classroom.newLesson();
      const page = await open(lesson, 'lecture-90s.mp4');
      await play(page, 2);
      await playUntil(page, seconds);
      const played = await playedMs(page);
      await page.close();
      await waitUntil(async () => (await classroom.creditedMs(lesson)) >= played - 2_000, {
        deadlineMs: 60_000,
        what: `the credit of ${played} ms`,
      });
    }
  });

  test('keeps what it could not send until the browser is started again', async () => {
    const profile = temporaryDirectory('profile');
    const lesson = classroom.newLesson();
    let learner = await startChromium(profile);
    let [played, playedAtMs] = [0, 0];
    try {
      const page = await learner.context.newPage();
      await openLecture(page, classroom.watchUrl(lesson, 'lecture-90s.mp4'));
      classroom.wire.fault = ({ method }) => (method === 'POST' ? 'dead' : undefined);
      await play(page, 2);
      await playUntil(page, 13);
      playedAtMs = performance.now();
      played = await playedMs(page);
    } finally {
      await learner.close();
      classroom.wire.fault = () => undefined;
    }
    // The video plays at twice the speed until the browser is closed.
    const mostPlayed = played + 2 * (performance.now() - playedAtMs);
    expect(await classroom.creditedMs(lesson)).toBe(0);
    learner = await startChromium(profile);
    try {
      const page = await learner.context.newPage();
      await openLecture(page, classroom.watchUrl(lesson, 'lecture-90s.mp4'));
      await waitUntil(async () => (await classroom.creditedMs(lesson)) >= played - 1_000, {
        deadlineMs: 60_000,
        what: 'what the earlier visit kept',
      });
      expect(await classroom.creditedMs(lesson)).toBeLessThan(mostPlayed + 1_500);
      expect(await position(page)).toBeGreaterThan(12);
    } finally {
      await learner.close();
    }
  });
});
