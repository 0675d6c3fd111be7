import { findChromium } from './find-chromium';

/** `describe` where there is a Chromium; elsewhere the tests are skipped, counted as skipped, and it is said why. */
export const describeInBrowser: (name: string, tests: () => void) => void =
  findChromium() === undefined ? skipLoudly : describe;

function skipLoudly(name: string, tests: () => void): void {
  process.stderr.write(`\nSKIPPED, for no Chromium or Chrome was found: ${name}. Install Debian's package chromium.\n`);
  describe.skip(name, tests);
}
