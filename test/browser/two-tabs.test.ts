import type { Browser, BrowserContext, Page } from 'playwright-core';
import { waitUntil } from '../support/wait-until';
import { openLecture, startClassroom, type Classroom } from './support/classroom';
import { describeInBrowser } from './support/describe-in-browser';
import { launchBrowser } from './support/launch-browser';
import { isPaused, pause, play, playUntil } from './support/video';

const CLIP = 'lecture-90s.mp4';

/**
 * A tab gives another one 0.3 s to answer, which a busy machine may need longer for: tests give it 3 s. What a test waits
 * for then still comes, or never does.
 */
function answerLater(): void {
  const start = window.setTimeout;
  window.setTimeout = ((handler: () => void, waitMs?: number, ...rest: unknown[]) =>
    start(handler, waitMs === 300 ? 3_000 : waitMs, ...rest)) as typeof window.setTimeout;
}

describeInBrowser('Two tabs with the same lecture', () => {
  let classroom: Classroom;
  let browser: Browser;

  beforeAll(async () => {
    [classroom, browser] = await Promise.all([startClassroom(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await classroom?.close();
  });

  /** A learner's browser, with Web Locks or, as on a page that was not served over TLS, without. */
  async function newProfile(hasLocks: boolean): Promise<BrowserContext> {
    const context = await browser.newContext();
    if (!hasLocks) {
      await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
      await context.addInitScript(answerLater);
    }
    return context;
  }

  async function expectRefused(page: Page): Promise<void> {
    await page.waitForSelector('[data-phase="elsewhere"]');
    expect(await page.locator('#messages').getByRole('status').textContent()).toContain('다른 탭');
    await page.evaluate(() =>
      document
        .querySelector('video')!
        .play()
        .catch(() => {}),
    );
    await waitUntil(() => isPaused(page), { deadlineMs: 60_000, what: 'the second tab to be held' });
  }

  test.each([
    { by: 'locks', hasLocks: true },
    { by: 'asking', hasLocks: false },
  ])('the second says so and does not play until the first is closed: by $by', async ({ hasLocks }) => {
    const context = await newProfile(hasLocks);
    const lesson = classroom.newLesson();
    const url = classroom.watchUrl(lesson, CLIP);
    const first = await context.newPage();
    await openLecture(first, url);
    await play(first, 2);
    const second = await context.newPage();
    await second.goto(url);
    await expectRefused(second);
    await playUntil(first, 4);
    expect(await isPaused(second)).toBe(true);
    await first.close();
    await second.waitForSelector('[data-phase="ready"]');
    await play(second);
    await playUntil(second, 5);
    await pause(second);
    await waitUntil(async () => (await classroom.creditedMs(lesson)) > 4_900, {
      deadlineMs: 60_000,
      what: 'the credit of both tabs, one after the other',
    });
    expect((await classroom.explain(lesson)).explanation.credited).toHaveLength(1);
    await context.close();
  });

  test.each([
    { by: 'locks', hasLocks: true },
    { by: 'asking', hasLocks: false },
  ])('a tab that crashed holds nobody up: by $by', async ({ hasLocks }) => {
    const context = await newProfile(hasLocks);
    const url = classroom.watchUrl(classroom.newLesson(), CLIP);
    const first = await context.newPage();
    await openLecture(first, url);
    const second = await context.newPage();
    await second.goto(url);
    await expectRefused(second);
    const session = await context.newCDPSession(first);
    // It never answers: the page is gone before it could.
    session.send('Page.crash').catch(() => {});
    await second.waitForSelector('[data-phase="ready"]');
    await play(second);
    await playUntil(second, 0.5);
    await context.close();
  });

  test('are no two tabs when the lectures, or the browsers, differ', async () => {
    const context = await newProfile(true);
    const lesson = classroom.newLesson();
    const pages = await Promise.all([context.newPage(), context.newPage()]);
    await openLecture(pages[0], classroom.watchUrl(lesson, CLIP));
    await openLecture(pages[1], classroom.watchUrl({ ...lesson, chasiNo: 'C2' }, CLIP));
    const other = await (await newProfile(true)).newPage();
    await openLecture(other, classroom.watchUrl(lesson, CLIP));
    await other.context().close();
    await context.close();
  });

  test('a tab that is loaded again is the same tab', async () => {
    const context = await newProfile(true);
    await context.addInitScript(answerLater);
    const page = await context.newPage();
    await openLecture(page, classroom.watchUrl(classroom.newLesson(), CLIP));
    const phases: string[] = [];
    await page.exposeFunction('notePhase', (phase: string) => phases.push(phase));
    await page.addInitScript(() => {
      addEventListener('DOMContentLoaded', () => {
        new MutationObserver(() => {
          const { notePhase } = window as unknown as { notePhase(phase: string | undefined): void };
          notePhase(document.querySelector<HTMLElement>('#player')!.dataset.phase);
        }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-phase'] });
      });
    });
    await page.reload();
    await page.waitForSelector('[data-phase="ready"]');
    expect(phases).not.toContain('elsewhere');
    await context.close();
  });
});
