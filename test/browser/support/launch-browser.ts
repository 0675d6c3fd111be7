import { chromium, type Browser } from 'playwright-core';
import { locateChromium } from '../../../tools/servers/locate-programs';

/** Videos may start without a gesture, because a test makes none. All else is as in a learner's browser. */
export const BROWSER_ARGUMENTS = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'];

/** Ends a wait that hangs. Some waits take half a minute of playing, and longer on a busy machine. */
export const DEADLINE_MS = 100_000;

export async function launchBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: locateChromium(), args: BROWSER_ARGUMENTS });
  browser.on('context', (context) => context.setDefaultTimeout(DEADLINE_MS));
  return browser;
}
