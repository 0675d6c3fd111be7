import type { Page } from 'playwright-core';

/** The time that the browser lists in `video.played`, each moment once, in milliseconds. */
export function playedMs(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { played } = document.querySelector('video')!;
    return Array.from({ length: played.length }, (_, index) => played.end(index) - played.start(index)).reduce(
      (sum, seconds) => sum + seconds * 1000,
      0,
    );
  });
}

export async function play(page: Page, rate = 1): Promise<void> {
  await page.evaluate(async (playbackRate) => {
    const video = document.querySelector('video')!;
    video.playbackRate = playbackRate;
    await video.play();
  }, rate);
}

export function pause(page: Page): Promise<void> {
  return page.evaluate(() => document.querySelector('video')!.pause());
}

/** Waits until the video is at `seconds` or later. */
export async function playUntil(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction((at) => document.querySelector('video')!.currentTime >= at, seconds, { polling: 20 });
}

/** Moves the video, and waits until it arrived. */
export function seek(page: Page, seconds: number): Promise<void> {
  return page.evaluate(
    (to) =>
      new Promise<void>((resolve) => {
        const video = document.querySelector('video')!;
        video.addEventListener('seeked', () => resolve(), { once: true });
        video.currentTime = to;
      }),
    seconds,
  );
}

export function isPaused(page: Page): Promise<boolean> {
  return page.evaluate(() => document.querySelector('video')!.paused);
}

export function position(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelector('video')!.currentTime);
}
