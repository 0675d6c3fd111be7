import { chromium, type Browser } from 'playwright-core';
import { findChromium } from './find-chromium';

/** Videos start without a gesture, for a test has no finger; everything else is as a learner's browser does it. */
export const BROWSER_ARGUMENTS = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'];

/** For what hangs: what is waited for plays for up to half a minute, and on a busy machine longer. */
export const DEADLINE_MS = 100_000;

export async function launchBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: BROWSER_ARGUMENTS });
  browser.on('context', (context) => context.setDefaultTimeout(DEADLINE_MS));
  return browser;
}
