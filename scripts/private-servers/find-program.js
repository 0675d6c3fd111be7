'use strict';
const { accessSync, constants, statSync } = require('node:fs');
const { delimiter, join } = require('node:path');

/** Debian keeps servers where an ordinary user's PATH does not look. */
const SERVER_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

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
 * The first of the named programs that PATH (or, for servers, a directory for servers) holds.
 * @param {readonly string[]} names
 * @param {NodeJS.ProcessEnv} environment
 * @param {{ servers?: boolean }} [options]
 * @returns {string | undefined} its absolute path
 */
function findProgram(names, environment, { servers = false } = {}) {
  const directories = (environment.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  if (servers) directories.push(...SERVER_DIRECTORIES);
  for (const name of names) {
    for (const directory of directories) {
      const path = join(directory, name);
      if (isProgram(path)) return path;
    }
  }
  return undefined;
}

module.exports = { findProgram, isProgram };
