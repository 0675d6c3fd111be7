'use strict';
const { readFile } = require('node:fs/promises');
const { join } = require('node:path');
const { runCommand } = require('../running/run-command');
const { SetupFailure, reasonOf } = require('./setup-failure');

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }>} LockedPackages */

/**
 * npm's own record of what it installed, written when it has finished, against the lock file.
 * @param {string} projectDirectory
 * @returns {Promise<boolean>} whether node_modules holds what the lock file names
 */
async function packagesAreInstalled(projectDirectory) {
  const wanted = await readPackages(join(projectDirectory, 'package-lock.json'));
  const installed = await readPackages(join(projectDirectory, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  const { '': _project, ...locked } = wanted;
  const same = (/** @type {string} */ path) =>
    locked[path]?.version === installed[path]?.version && locked[path]?.integrity === installed[path]?.integrity;
  // Optional packages of other platforms are in the lock file alone.
  const missing = Object.keys(locked).some(
    (path) => installed[path] === undefined && !locked[path]?.optional && !locked[path]?.devOptional,
  );
  return !missing && Object.keys(installed).every(same);
}

/**
 * @param {string} file
 * @returns {Promise<LockedPackages | undefined>} undefined when there is none, or half of one
 */
async function readPackages(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * `npm ci`, which begins by removing what is there.
 * @param {import('./surroundings').Surroundings} surroundings
 */
async function installPackages({ projectDirectory, environment }) {
  try {
    await runCommand('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      directory: projectDirectory,
      environment,
    });
  } catch (error) {
    throw new SetupFailure(`npm could not install the packages: ${reasonOf(error)}. Then run this again.`);
  }
}

module.exports = { packagesAreInstalled, installPackages };
