'use strict';
const { join } = require('node:path');
const { CACHE_DIRECTORY } = require('../cache-directory');
const { findProgram, isProgram } = require('../private-servers/find-program');

/*
 * Where the setup puts what it downloads. A version in each name: another version never meets a half of this one.
 */
const COMPOSE_DIRECTORY = 'compose-2.40.3';
const HADOLINT_DIRECTORY = 'hadolint-2.15.1';
const KUBERNETES_VALIDATE_DIRECTORY = 'kubernetes-validate-1.34.1';
const PROMETHEUS_DIRECTORY = 'prometheus';

/**
 * Programs that judge the Dockerfile, docker-compose.yml and deploy/; undefined what is not here.
 * @typedef {object} DeploymentTools
 * @property {string | undefined} compose
 * @property {string | undefined} hadolint
 * @property {string | undefined} kubernetesValidate wants its directory's parent in PYTHONPATH
 * @property {string | undefined} kubectl of which `kustomize` alone is used
 * @property {string | undefined} promtool
 * @property {string | undefined} prometheus
 */

/**
 * The linters are those that are pinned, whatever PATH has: another version finds other faults.
 * @param {import('../private-servers/locate-programs').Places} [places]
 * @returns {DeploymentTools}
 */
function locateDeploymentTools({ environment = process.env, cacheDirectory = CACHE_DIRECTORY } = {}) {
  const inCache = (/** @type {string[]} */ ...path) => {
    const program = join(cacheDirectory, ...path);
    return isProgram(program) ? program : undefined;
  };
  const onPath = (/** @type {string} */ name) => findProgram([name], environment);
  return {
    compose: inCache(COMPOSE_DIRECTORY, 'docker-compose'),
    hadolint: inCache(HADOLINT_DIRECTORY, 'bin', 'hadolint'),
    kubernetesValidate: inCache(KUBERNETES_VALIDATE_DIRECTORY, 'bin', 'kubernetes-validate'),
    kubectl: onPath('kubectl'),
    promtool: onPath('promtool') ?? inCache(PROMETHEUS_DIRECTORY, 'usr', 'bin', 'promtool'),
    prometheus: onPath('prometheus') ?? inCache(PROMETHEUS_DIRECTORY, 'usr', 'bin', 'prometheus'),
  };
}

module.exports = {
  COMPOSE_DIRECTORY,
  HADOLINT_DIRECTORY,
  KUBERNETES_VALIDATE_DIRECTORY,
  PROMETHEUS_DIRECTORY,
  locateDeploymentTools,
};
