import { installByApt, isAptUsable } from './install-by-apt';
import { SetupFailure, reasonOf } from './setup-failure';
import type { Surroundings } from './surroundings';

const OTHERWISE = 'Install Chromium or Chrome (CHROME_PATH names one that is not on PATH) to run them.';

export async function installChromium(surroundings: Surroundings): Promise<void> {
  if (!isAptUsable(surroundings)) throw new SetupFailure(`No Chromium or Chrome is on this machine. ${OTHERWISE}`);
  try {
    surroundings.say('    by apt: chromium (about 100 MB)');
    await installByApt(surroundings, ['chromium']);
  } catch (error) {
    throw new SetupFailure(`Chromium could not be installed by apt: ${reasonOf(error)}. ${OTHERWISE}`);
  }
}
