'use strict';
const { findProgram } = require('../private-servers/find-program');
const { runCommand, CommandFailure } = require('../running/run-command');

/** @param {import('./surroundings').Surroundings} surroundings */
function aptIsThere({ isRoot, environment }) {
  return isRoot && findProgram(['apt-get'], environment) !== undefined;
}

/**
 * Installs Debian packages. A machine whose package lists are missing or old gets new ones first; an interrupted
 * earlier run of dpkg is brought to its end.
 * @param {import('./surroundings').Surroundings} surroundings
 * @param {readonly string[]} packages
 */
async function installByApt({ environment }, packages) {
  const options = { environment: { ...environment, DEBIAN_FRONTEND: 'noninteractive' } };
  const apt = (/** @type {string[]} */ ...words) =>
    runCommand('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...words], options);
  const install = () => apt('install', '--no-install-recommends', ...packages);
  try {
    await install();
  } catch (error) {
    if (error instanceof CommandFailure && /dpkg was interrupted/.test(error.output)) {
      await runCommand('dpkg', ['--configure', '-a'], options);
    }
    await apt('update');
    await install();
  }
}

module.exports = { aptIsThere, installByApt };
