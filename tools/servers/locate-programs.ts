import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CACHE_DIRECTORY } from '../paths';
import { findProgram, ifProgram } from './find-program';

/* The setup's downloads, below the cache. Each name has the version, so that two versions never share a directory. */
export const TEMPORAL_CLI_DIRECTORY = 'temporal-cli-1.9.1';
export const TEMPORAL_TEST_SERVER_DIRECTORY = 'temporal-test-server-1.40.0';
export const MARIADB_DIRECTORY = 'mariadb-11.4.5';

/** Debian keeps servers in directories that are not on an ordinary user's PATH. */
const SERVER_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

export interface Places {
  /** Default: this process's. */
  environment?: NodeJS.ProcessEnv;
  cacheDirectory?: string;
  /** Searched after PATH. */
  serverDirectories?: readonly string[];
}

function onPathOrInCache(name: string, directory: string, places: Places): string | undefined {
  const { environment = process.env, cacheDirectory = CACHE_DIRECTORY } = places;
  return findProgram([name], environment) ?? ifProgram(join(cacheDirectory, directory, 'bin', name));
}

/** Temporal's CLI with its development server: TEMPORAL_CLI_PATH, PATH, or the one that the setup downloaded. */
export function locateTemporalCli(places: Places = {}): string | undefined {
  const { TEMPORAL_CLI_PATH: given } = places.environment ?? process.env;
  return given ? ifProgram(given) : onPathOrInCache('temporal', TEMPORAL_CLI_DIRECTORY, places);
}

/** Temporal's server whose time can be skipped: PATH, or the one that the setup downloaded. */
export function locateTemporalTestServer(places: Places = {}): string | undefined {
  return onPathOrInCache('temporal-test-server', TEMPORAL_TEST_SERVER_DIRECTORY, places);
}

export interface DatabaseProgram {
  server: string;
  /** mariadb-install-db, which lays out a data directory; undefined for MySQL, whose server does it. */
  installer: string | undefined;
  /** Where it was unpacked; undefined when it is installed system-wide. */
  baseDirectory: string | undefined;
}

/** `mariadbd` or `mysqld` on PATH, or the MariaDB that the setup downloaded. */
export function locateDatabase(places: Places = {}): DatabaseProgram | undefined {
  const { environment = process.env, cacheDirectory = CACHE_DIRECTORY } = places;
  const onPath = findProgram(['mariadbd', 'mysqld'], environment, places.serverDirectories ?? SERVER_DIRECTORIES);
  const downloaded = ifProgram(join(cacheDirectory, MARIADB_DIRECTORY, 'bin', 'mariadbd'));
  return (
    completeDatabase(onPath, findProgram(['mariadb-install-db'], environment)) ??
    completeDatabase(downloaded, undefined)
  );
}

/** Undefined when there is no server, or it is MariaDB's without the program that lays out its data directory. */
function completeDatabase(
  server: string | undefined,
  systemInstaller: string | undefined,
): DatabaseProgram | undefined {
  if (server === undefined) return undefined;
  // MariaDB's server can have MySQL's name.
  if (basename(realpathSync(server)) !== 'mariadbd') return { server, installer: undefined, baseDirectory: undefined };
  // An unpacked server has an installer beside it, and needs that one: the versions must be equal.
  const baseDirectory = join(dirname(server), '..');
  const ownInstaller = ifProgram(join(baseDirectory, 'scripts', 'mariadb-install-db'));
  if (ownInstaller !== undefined) return { server, installer: ownInstaller, baseDirectory };
  return systemInstaller === undefined ? undefined : { server, installer: systemInstaller, baseDirectory: undefined };
}

/** A Chromium or Chrome for the browser tests: CHROME_PATH, or one on PATH. */
export function locateChromium({ environment = process.env }: Places = {}): string | undefined {
  if (environment.CHROME_PATH) return ifProgram(environment.CHROME_PATH);
  return findProgram(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'], environment);
}
