import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../tools/servers/run-command';
import { isAptUsable } from '../../../tools/setup/install-by-apt';
import { placeDirectory } from '../../../tools/setup/place-directory';
import { SetupFailure, reasonOf } from '../../../tools/setup/setup-failure';
import type { Surroundings } from '../../../tools/setup/surroundings';
import { PROMETHEUS_DIRECTORY } from './locate-deployment-tools';

const OTHERWISE = 'Put prometheus and promtool on PATH to run these tests.';

/** Unpacks Debian's package into the cache, because an installed one starts a service. */
export async function installPrometheus(surroundings: Surroundings): Promise<void> {
  if (!isAptUsable(surroundings)) throw new SetupFailure(`Prometheus is not on this machine. ${OTHERWISE}`);
  const { environment, cacheDirectory } = surroundings;
  try {
    await placeDirectory(cacheDirectory, PROMETHEUS_DIRECTORY, async (directory) => {
      const download = () => runCommand('apt-get', ['-q', 'download', 'prometheus'], { directory, environment });
      try {
        await download();
      } catch {
        // The package lists are missing or old.
        await runCommand('apt-get', ['-q', 'update'], { environment });
        await download();
      }
      const [archive = ''] = await readdir(directory);
      await runCommand('dpkg', ['-x', archive, directory], { directory, environment });
      await rm(join(directory, archive));
    });
  } catch (error) {
    throw new SetupFailure(`Debian's prometheus could not be downloaded: ${reasonOf(error)}. ${OTHERWISE}`);
  }
}
