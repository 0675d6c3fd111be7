import { join } from 'node:path';
import { CACHE_DIRECTORY } from '../../../tools/paths';
import { findProgram, ifProgram } from '../../../tools/servers/find-program';
import type { Places } from '../../../tools/servers/locate-programs';

/*
 * Where the downloads are, below the cache. Each name has the version, so that two versions never share a directory.
 */
export const COMPOSE_DIRECTORY = 'compose-2.40.3';
export const HADOLINT_DIRECTORY = 'hadolint-2.15.1';
export const KUBERNETES_VALIDATE_DIRECTORY = 'kubernetes-validate-1.34.1';
export const PROMETHEUS_DIRECTORY = 'prometheus';

/** Programs that check the Dockerfile, docker-compose.yml and deploy/; undefined: not on this machine. */
export interface DeploymentTools {
  compose: string | undefined;
  hadolint: string | undefined;
  /** Wants its directory's parent in PYTHONPATH. */
  kubernetesValidate: string | undefined;
  /** Only for `kustomize`. */
  kubectl: string | undefined;
  promtool: string | undefined;
  prometheus: string | undefined;
}

/** The linters are the pinned ones, not those on PATH: another version finds other faults. */
export function locateDeploymentTools(places: Places = {}): DeploymentTools {
  const { environment = process.env, cacheDirectory = CACHE_DIRECTORY } = places;
  const inCache = (...path: string[]) => ifProgram(join(cacheDirectory, ...path));
  const onPath = (name: string) => findProgram([name], environment);
  return {
    compose: inCache(COMPOSE_DIRECTORY, 'docker-compose'),
    hadolint: inCache(HADOLINT_DIRECTORY, 'bin', 'hadolint'),
    kubernetesValidate: inCache(KUBERNETES_VALIDATE_DIRECTORY, 'bin', 'kubernetes-validate'),
    kubectl: onPath('kubectl'),
    promtool: onPath('promtool') ?? inCache(PROMETHEUS_DIRECTORY, 'usr', 'bin', 'promtool'),
    prometheus: onPath('prometheus') ?? inCache(PROMETHEUS_DIRECTORY, 'usr', 'bin', 'prometheus'),
  };
}
