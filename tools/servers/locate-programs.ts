'use strict';
const { realpathSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { CACHE_DIRECTORY } = require('../cache-directory');
const { findProgram, isProgram } = require('./find-program');

/*
 * Where the setup puts what it downloads. A version in each name: another version never meets a half of this one.
 */
const TEMPORAL_CLI_DIRECTORY = 'temporal-cli-1.9.1';
const TEMPORAL_TEST_SERVER_DIRECTORY = 'temporal-test-server-1.40.0';
const MARIADB_DIRECTORY = 'mariadb-11.4.5';

/** Debian keeps servers where an ordinary user's PATH does not look. */
const SERVER_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Where to look.
 * @typedef {object} Places
 * @property {NodeJS.ProcessEnv} [environment] default: this process's
 * @property {string} [cacheDirectory]
 * @property {readonly string[]} [serverDirectories] beside PATH
 */

/**
 * Temporal's CLI, whose `server start-dev` is the development server: TEMPORAL_CLI_PATH, PATH, or what the setup downloaded.
 * @param {Places} [places]
 * @returns {string | undefined}
 */
function locateTemporalCli({ environment = process.env, cacheDirectory = CACHE_DIRECTORY } = {}) {
  if (environment.TEMPORAL_CLI_PATH) {
    return isProgram(environment.TEMPORAL_CLI_PATH) ? environment.TEMPORAL_CLI_PATH : undefined;
  }
  return (
    findProgram(['temporal'], environment) ?? ifProgram(join(cacheDirectory, TEMPORAL_CLI_DIRECTORY, 'bin', 'temporal'))
  );
}

/**
 * Temporal's server whose time can be skipped: PATH, or what the setup downloaded.
 * @param {Places} [places]
 * @returns {string | undefined}
 */
function locateTemporalTestServer({ environment = process.env, cacheDirectory = CACHE_DIRECTORY } = {}) {
  return (
    findProgram(['temporal-test-server'], environment) ??
    ifProgram(join(cacheDirectory, TEMPORAL_TEST_SERVER_DIRECTORY, 'bin', 'temporal-test-server'))
  );
}

/**
 * A database server and, where it needs one, the program that lays out its data directory.
 * @typedef {object} DatabaseProgram
 * @property {string} server
 * @property {string | undefined} installer mariadb-install-db; undefined for MySQL, whose server does it by itself
 * @property {string | undefined} baseDirectory where it lies when it is not installed system-wide
 */

/**
 * `mariadbd` or `mysqld` on PATH, or the MariaDB that the setup downloaded.
 * @param {Places} [places]
 * @returns {DatabaseProgram | undefined}
 */
function locateDatabase({
  environment = process.env,
  cacheDirectory = CACHE_DIRECTORY,
  serverDirectories = SERVER_DIRECTORIES,
} = {}) {
  const found = findProgram(['mariadbd', 'mysqld'], environment, serverDirectories);
  if (found !== undefined) {
    const onPath = completeDatabase(found, findProgram(['mariadb-install-db'], environment));
    if (onPath !== undefined) return onPath;
  }
  const downloaded = ifProgram(join(cacheDirectory, MARIADB_DIRECTORY, 'bin', 'mariadbd'));
  return downloaded === undefined ? undefined : completeDatabase(downloaded, undefined);
}

/**
 * @param {string} server
 * @param {string | undefined} systemInstaller
 * @returns {DatabaseProgram | undefined} undefined when MariaDB lacks the program that lays out its data directory
 */
function completeDatabase(server, systemInstaller) {
  // MariaDB's server may be here under MySQL's name; MySQL's own lays out its data directory by itself.
  if (basename(realpathSync(server)) !== 'mariadbd') return { server, installer: undefined, baseDirectory: undefined };
  // Unpacked somewhere, it comes with its own, which must be of the same version.
  const baseDirectory = join(dirname(server), '..');
  const ownInstaller = ifProgram(join(baseDirectory, 'scripts', 'mariadb-install-db'));
  if (ownInstaller !== undefined) return { server, installer: ownInstaller, baseDirectory };
  return systemInstaller === undefined ? undefined : { server, installer: systemInstaller, baseDirectory: undefined };
}

/**
 * A Chromium or Chrome for the browser tests: CHROME_PATH, or one on PATH.
 * @param {Places} [places]
 * @returns {string | undefined}
 */
function locateChromium({ environment = process.env } = {}) {
  if (environment.CHROME_PATH) return ifProgram(environment.CHROME_PATH);
  return findProgram(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'], environment);
}

/** @param {string} path */
function ifProgram(path) {
  return isProgram(path) ? path : undefined;
}

module.exports = {
  TEMPORAL_CLI_DIRECTORY,
  TEMPORAL_TEST_SERVER_DIRECTORY,
  MARIADB_DIRECTORY,
  locateTemporalCli,
  locateTemporalTestServer,
  locateDatabase,
  locateChromium,
};
