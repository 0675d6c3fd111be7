'use strict';
const { readdir, rm } = require('node:fs/promises');
const { join } = require('node:path');
const { runCommand } = require('../running/run-command');
const { aptIsThere } = require('./install-by-apt');
const { PROMETHEUS_DIRECTORY } = require('./locate-deployment-tools');
const { placeDirectory } = require('./place-directory');
const { SetupFailure, reasonOf } = require('./setup-failure');

const OTHERWISE = 'Put prometheus and promtool on PATH to run them.';

/**
 * Unpacks Debian's package into the cache instead of installing it: an installed one would start a service.
 * @param {import('./surroundings').Surroundings} surroundings
 */
async function installPrometheus(surroundings) {
  if (!aptIsThere(surroundings)) throw new SetupFailure(`Prometheus is not on this machine. ${OTHERWISE}`);
  const { environment, cacheDirectory, say } = surroundings;
  say('    from the Debian package prometheus (19 MB; it is not installed, and no service is started)');
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

module.exports = { installPrometheus };
