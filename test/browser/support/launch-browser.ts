import { chromium, type Browser } from 'playwright-core';
import { findChromium } from './find-chromium';

/** Videos start without a gesture, for a test has no finger; everything else is as a learner's browser does it. */
export const BROWSER_ARGUMENTS = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: BROWSER_ARGUMENTS });
}
