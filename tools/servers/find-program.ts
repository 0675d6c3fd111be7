'use strict';
const { accessSync, constants, statSync } = require('node:fs');
const { delimiter, join } = require('node:path');

/**
 * Whether a file is there that this user may run.
 * @param {string} path
 */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The first of the named programs that PATH or one of the further directories holds.
 * @param {readonly string[]} names
 * @param {NodeJS.ProcessEnv} environment
 * @param {readonly string[]} [furtherDirectories]
 * @returns {string | undefined} its absolute path
 */
function findProgram(names, environment, furtherDirectories = []) {
  const onPath = (environment.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  for (const name of names) {
    for (const directory of [...onPath, ...furtherDirectories]) {
      const path = join(directory, name);
      if (isProgram(path)) return path;
    }
  }
  return undefined;
}

module.exports = { findProgram, isProgram };
