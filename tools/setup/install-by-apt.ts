import { findProgram } from '../servers/find-program';
import { CommandFailure, runCommand } from '../servers/run-command';
import type { Surroundings } from './surroundings';

export function isAptUsable({ isRoot, environment }: Surroundings): boolean {
  return isRoot && findProgram(['apt-get'], environment) !== undefined;
}

let lastInstallation: Promise<void> = Promise.resolve();

/** Installs Debian packages, one call after the other: apt's lock for package lists has no time to wait. */
export function installByApt(surroundings: Surroundings, packages: readonly string[]): Promise<void> {
  const installation = lastInstallation.then(() => install(surroundings, packages));
  lastInstallation = installation.catch(() => {});
  return installation;
}

/** Gets new package lists when the machine's are missing or old, and repairs an interrupted run of dpkg. */
async function install({ environment }: Surroundings, packages: readonly string[]): Promise<void> {
  const options = { environment: { ...environment, DEBIAN_FRONTEND: 'noninteractive' } };
  const apt = (...words: string[]) =>
    runCommand('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...words], options);
  const installPackages = () => apt('install', '--no-install-recommends', ...packages);
  try {
    await installPackages();
  } catch (error) {
    if (error instanceof CommandFailure && /dpkg was interrupted/.test(error.output)) {
      await runCommand('dpkg', ['--configure', '-a'], options);
    }
    await apt('update');
    await installPackages();
  }
}
