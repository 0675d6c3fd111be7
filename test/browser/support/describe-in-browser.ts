import { locateChromium } from '../../../tools/servers/locate-programs';

/** `describe` where a Chromium is installed. Elsewhere it skips the tests, and prints why. */
export const describeInBrowser: (name: string, tests: () => void) => void =
  locateChromium() === undefined ? skipLoudly : describe;

function skipLoudly(name: string, tests: () => void): void {
  process.stderr.write(`\nSKIPPED: ${name}. No Chromium or Chrome is on PATH, and CHROME_PATH names none.\n`);
  describe.skip(name, tests);
}
